import { noStatistics, type ModelStatistics, type Total } from '../../inference/index.js';
import type { VersionRecord } from '../../catalog/index.js';
import type { ServedModel } from '../served-models.js';

/** The answer of the statistics extension: of all that is deployed, and of all else that was called since the start. */
export function allStatistics(
  deployed: readonly { readonly name: string; readonly version: VersionRecord }[],
  statistics: readonly ModelStatistics[],
): object {
  const uncalled = deployed.filter(
    ({ name, version }) =>
      !statistics.some((entry) => entry.name === name && entry.version.id === version.id),
  );
  const zeros = uncalled.map(({ name, version }) => noStatistics(name, version));
  return answerOf([...statistics, ...zeros]);
}

/**
 * Of one name, and of one of its versions when that was asked for; zeros for what nobody has called. A version called by
 * its number is counted under the deployment that served it, else under its model.
 */
export function statisticsUnder(
  name: string,
  { version }: ServedModel,
  versionAsked: boolean,
  statistics: readonly ModelStatistics[],
): object {
  const found = statistics.filter((entry) =>
    versionAsked
      ? entry.version.id === version.id && [name, version.modelName].includes(entry.name)
      : entry.name === name,
  );
  return answerOf(found.length > 0 ? found : [noStatistics(name, version)]);
}

function answerOf(statistics: readonly ModelStatistics[]): object {
  return { model_stats: statistics.map(statisticsOf) };
}

function statisticsOf(entry: ModelStatistics): object {
  const {
    name,
    version,
    lastAt,
    rows,
    executions,
    success,
    fail,
    queue,
    input,
    infer,
    output,
    cacheHit,
    cacheMiss,
  } = entry;
  return {
    name,
    version: String(version.number),
    last_inference: lastAt,
    inference_count: rows,
    execution_count: Math.round(executions),
    inference_stats: {
      success: inNanoseconds(success),
      fail: inNanoseconds(fail),
      queue: inNanoseconds(queue),
      compute_input: inNanoseconds(input),
      compute_infer: inNanoseconds(infer),
      compute_output: inNanoseconds(output),
      cache_hit: inNanoseconds(cacheHit),
      cache_miss: inNanoseconds(cacheMiss),
    },
  };
}

function inNanoseconds({ count, ms }: Readonly<Total>): object {
  return { count, ns: Math.round(ms * 1e6) };
}
