import { useEffect, useEffectEvent } from 'react';
import type { CombinedError } from 'urql';
import { DeploymentFigures } from '../../__generated__/metrics.js';
import type { WindowFiguresFragment } from '../../__generated__/operations.js';
import { useLiveQuery } from '../../api/live-query.js';

interface FiguresRequest {
  readonly deployment: string;
  readonly window: string;
  readonly until: string | null;
}

/** A window is counted together anew each time: more seldom the longer it is. */
const WAIT_MS: Readonly<Record<string, number>> = { PT15M: 2_000, PT1H: 5_000, PT6H: 15_000 };
const LONGEST_WAIT_MS = 60_000;

/** The figures of a whole window, kept current while it ends now. */
export function useFigures({ deployment, window, until }: FiguresRequest): {
  readonly data: WindowFiguresFragment | undefined;
  readonly error: CombinedError | undefined;
} {
  const { data, error, refresh } = useLiveQuery(DeploymentFigures, { name: deployment, window, until });
  const again = useEffectEvent(() => {
    if (!document.hidden) refresh();
  });
  useEffect(() => {
    if (until !== null) return undefined;
    const timer = setInterval(() => again(), WAIT_MS[window] ?? LONGEST_WAIT_MS);
    return () => clearInterval(timer);
  }, [window, until]);
  return { data: data?.deployment?.metrics, error };
}
