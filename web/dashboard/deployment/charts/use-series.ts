import { useEffect, useState } from 'react';
import { useClient, type CombinedError } from 'urql';
import { DeploymentSeries } from '../../__generated__/metrics.js';
import type { DeploymentSeriesQuery } from '../../__generated__/operations.js';
import { reconnections } from '../../api/connection.js';

export type Point = NonNullable<DeploymentSeriesQuery['deployment']>['metricsSeries'][number];

export interface Series {
  readonly points: readonly Point[] | undefined;
  readonly error: CombinedError | undefined;
  readonly refresh: () => void;
}

interface SeriesRequest {
  readonly deployment: string;
  readonly window: string;
  readonly seconds: number;
  /** Where the window ends; null: now, and it moves along. */
  readonly until: string | null;
}

/** Two for each pixel of a wide chart would be twice that; the eye does not tell the difference in a line. */
const MAX_POINTS = 600;
const LEAST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/**
 * The points of a window. One that ends now is brought up to date by its last points alone: points of one resolution lie
 * where those of another window of the same resolution do.
 */
export function useSeries({ deployment, window, seconds, until }: SeriesRequest): Series {
  const client = useClient();
  const [points, setPoints] = useState<readonly Point[]>();
  const [error, setError] = useState<CombinedError>();
  const [round, setRound] = useState(0);

  useEffect(() => reconnections.subscribe(() => setRound((before) => before + 1)), []);
  useEffect(() => {
    let isCurrent = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (asked: { window: string; resolution?: string; maxPoints: number }) => {
      const answer = await client
        .query(DeploymentSeries, { name: deployment, until, ...asked }, { requestPolicy: 'network-only' })
        .toPromise();
      if (!isCurrent) return undefined;
      setError(answer.error);
      return answer.data?.deployment?.metricsSeries;
    };
    let known: readonly Point[] = [];
    const goOn = async () => {
      const step = known[0]?.seconds ?? 1;
      // Nobody looks, or the network is away: what is missing is asked for later, all of it.
      if (document.hidden) {
        schedule(step);
        return;
      }
      const last = known.at(-1);
      const missing = last === undefined ? seconds : Math.ceil((Date.now() - Date.parse(last.at)) / 1_000);
      const isLittle = missing < seconds / 2;
      const fresh = await ask(
        isLittle
          ? { window: `PT${missing + 2 * step}S`, resolution: `PT${step}S`, maxPoints: MAX_POINTS }
          : { window, maxPoints: MAX_POINTS },
      );
      if (fresh !== undefined) {
        known = isLittle && fresh[0]?.seconds === step ? joined(known, fresh, seconds) : fresh;
        setPoints(known);
      }
      if (isCurrent && until === null) schedule(step);
      return undefined;
    };
    const schedule = (step: number) => {
      timer = setTimeout(() => void goOn(), Math.min(LONGEST_WAIT_MS, Math.max(LEAST_WAIT_MS, step * 500)));
    };
    void goOn();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [client, deployment, window, seconds, until, round]);
  return { points, error, refresh: () => setRound(round + 1) };
}

/** The last point of `known` may have been a part of what it is now. */
function joined(known: readonly Point[], fresh: readonly Point[], seconds: number): readonly Point[] {
  const begins = fresh[0]?.at ?? '';
  const all = [...known.filter(({ at }) => at < begins), ...fresh];
  const newest = Date.parse(all.at(-1)?.at ?? '');
  return all.filter(({ at }) => Date.parse(at) >= newest - seconds * 1_000);
}
