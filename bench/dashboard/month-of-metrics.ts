import { openDatabase } from '../../src/platform/database/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { seededRandom } from '../../src/platform/seeded-random.js';
import { MetricsStore } from '../../src/monitoring/metrics/stored/metrics-store.js';
import { DeploymentTally } from '../../src/monitoring/metrics/tallies/deployment-tally.js';
import { DURATIONS } from '../../src/monitoring/metrics/tallies/tally.js';

const HOUR = 3_600;
const DAYS = 30;
/** As a server would still have them a day and an hour later. */
const LENGTHS = [
  { seconds: HOUR, over: DAYS * 24 * HOUR },
  { seconds: 60, over: 24 * HOUR },
  { seconds: 10, over: HOUR },
];
const AT_ONCE = 500;
const LATENCY = DURATIONS.indexOf('latency');

/** Stores a month of what happened to one deployment, in a data directory that no server has open. */
export async function storeMonth(
  dataDirectory: string,
  deployment: { readonly id: string; readonly version: { readonly id: string; readonly number: number } },
  modelName: string,
): Promise<number> {
  const database = await openDatabase({ databaseUrl: undefined, dataDirectory }, createLogger('error'));
  try {
    const store = new MetricsStore(database.client);
    const random = seededRandom(11);
    const now = Math.floor(Date.now() / 1_000);
    let written = 0;
    for (const { seconds, over } of LENGTHS) {
      const first = Math.floor((now - over) / seconds) * seconds;
      const count = Math.floor((now - first) / seconds);
      for (let from = 0; from < count; from += AT_ONCE) {
        const starts = Array.from(
          { length: Math.min(AT_ONCE, count - from) },
          (_, at) => first + (from + at) * seconds,
        );
        await store.write(
          starts.map((start) => ({
            deploymentId: deployment.id,
            start,
            run: 0,
            data: tallyOf(start, random, { ...deployment.version, modelName }).bytes(),
          })),
          seconds,
        );
        written += starts.length;
      }
    }
    return written;
  } finally {
    await database.close();
  }
}

/** More by day than by night, and now and then an error. */
function tallyOf(
  start: number,
  random: () => number,
  version: { readonly id: string; readonly number: number; readonly modelName: string },
): DeploymentTally {
  const tally = new DeploymentTally();
  const part = tally.part(version);
  const requests = Math.round(60 * (1.2 + Math.sin((start / (24 * HOUR)) * 2 * Math.PI)) * (0.5 + random()));
  for (let at = 0; at < requests; at += 1) {
    if (random() < 0.01) part.failed('DEADLINE_EXCEEDED');
    else {
      part.requests += 1;
      part.rows += 1;
      for (const place of DURATIONS.keys())
        if (place <= LATENCY + 4) part.measured(place, Math.exp(2 * random()) * (place === LATENCY ? 4 : 1));
      part.ran(1 + Math.floor(random() * 8), 1);
    }
  }
  return tally;
}
