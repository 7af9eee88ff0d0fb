import { useState } from 'react';
import { useClient } from 'urql';
import { sentences } from '../../components/query-error.js';
import { Explain } from '../../__generated__/playground.js';
import type { ExplainMutation, ExplanationFeatures } from '../../__generated__/operations.js';

export type ExplanationAnswer = NonNullable<ExplainMutation['explainPrediction']['explanations']>[number];

export type Explaining =
  | { readonly phase: 'idle' }
  | { readonly phase: 'asking' }
  | { readonly phase: 'answered'; readonly instance: unknown; readonly explanation: ExplanationAnswer }
  | { readonly phase: 'job' }
  | { readonly phase: 'failed'; readonly message: string };

export const PICTURE = { width: 420, height: 300 } as const;
const LARGEST = 15;

/** Explanations of one version, one instance at a time. Of two requests at once the later one counts. */
export function useExplanation(version: string): {
  readonly explaining: Explaining;
  readonly explain: (instance: unknown, features: ExplanationFeatures) => Promise<void>;
} {
  const client = useClient();
  const [{ explaining, number }, setState] = useState<{ explaining: Explaining; number: number }>({
    explaining: { phase: 'idle' },
    number: 0,
  });
  const explain = async (instance: unknown, features: ExplanationFeatures) => {
    const own = number + 1;
    setState({ explaining: { phase: 'asking' }, number: own });
    const { data, error } = await client
      .mutation(Explain, {
        input: { version, instances: [instance], features },
        largest: LARGEST,
        ...PICTURE,
      })
      .toPromise();
    const answer = data?.explainPrediction;
    setState((now) =>
      now.number === own ? { explaining: outcome(instance, answer, error), number: own } : now,
    );
  };
  return { explaining, explain };
}

function outcome(
  instance: unknown,
  answer: ExplainMutation['explainPrediction'] | undefined,
  error: Parameters<typeof sentences>[0] | undefined,
): Explaining {
  if (error || answer === undefined)
    return { phase: 'failed', message: error ? sentences(error) : 'The server gave no answer.' };
  const [refused] = answer.userErrors;
  if (refused) return { phase: 'failed', message: refused.message };
  if (answer.job) return { phase: 'job' };
  const [explanation] = answer.explanations ?? [];
  if (explanation === undefined) return { phase: 'failed', message: 'The server gave no explanation.' };
  if (explanation.prediction.error) return { phase: 'failed', message: explanation.prediction.error.message };
  return { phase: 'answered', instance, explanation };
}
