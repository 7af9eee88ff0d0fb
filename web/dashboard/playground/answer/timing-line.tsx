import { formatMs } from '../../formats/numbers.js';

interface Timed {
  readonly version: { readonly ref: string } | null;
  readonly timing: {
    readonly queueMs: number;
    readonly inferMs: number;
    readonly totalMs: number;
    readonly batchSize: number;
    readonly cacheHit: boolean;
  } | null;
}

/** Where the time of a request went, and which version answered. */
export function TimingLine({
  answer,
  roundTripMs,
}: {
  readonly answer: Timed;
  readonly roundTripMs: number;
}) {
  const { timing, version } = answer;
  return (
    <p className="muted timing">
      {version !== null && `Answered by ${version.ref}. `}
      {timing !== null && (
        <>
          Waited {formatMs(timing.queueMs)}, ran {formatMs(timing.inferMs)}
          {timing.batchSize > 1 && ` with ${timing.batchSize} rows`}, {formatMs(timing.totalMs)} in all;{' '}
          {timing.cacheHit && 'remembered from an equal request; '}
        </>
      )}
      {formatMs(roundTripMs)} seen from here.
    </p>
  );
}
