import { useState } from 'react';
import { useClient } from 'urql';
import { sentences } from '../components/query-error.js';
import { Predict } from '../__generated__/playground.js';
import type { PredictMutation } from '../__generated__/operations.js';

export type PredictAnswer = PredictMutation['predict'];

/** A request that was answered, or is under way, or was not. */
export type Asked =
  | { readonly phase: 'idle' }
  | { readonly phase: 'asking'; readonly instances: readonly unknown[]; readonly last: Answered | null }
  | Answered
  | { readonly phase: 'failed'; readonly instances: readonly unknown[]; readonly message: string };

export interface Answered {
  readonly phase: 'answered';
  readonly instances: readonly unknown[];
  readonly answer: PredictAnswer;
  /** From the press to the answer, as the browser saw it. */
  readonly roundTripMs: number;
}

/** Predictions of one version. Of two requests at once the later one counts. */
export function usePrediction(
  version: string,
  level: number,
): {
  readonly asked: Asked;
  readonly ask: (instances: readonly unknown[]) => Promise<void>;
} {
  const client = useClient();
  const [asked, setAsked] = useState<Asked>({ phase: 'idle' });
  const ask = async (instances: readonly unknown[]) => {
    setAsked((before) => ({
      phase: 'asking',
      instances,
      last: before.phase === 'answered' ? before : before.phase === 'asking' ? before.last : null,
    }));
    const begun = performance.now();
    const { data, error } = await client
      .mutation(Predict, { input: { version, instances, level } })
      .toPromise();
    const roundTripMs = performance.now() - begun;
    setAsked((now) => {
      if (now.phase !== 'asking' || now.instances !== instances) return now;
      if (data?.predict === undefined || error)
        return {
          phase: 'failed',
          instances,
          message: error ? sentences(error) : 'The server gave no answer.',
        };
      const [refused] = data.predict.userErrors;
      if (refused) return { phase: 'failed', instances, message: refused.message };
      return { phase: 'answered', instances, answer: data.predict, roundTripMs };
    });
  };
  return { asked, ask };
}
