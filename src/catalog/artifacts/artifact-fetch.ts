import type { JobWork, RunningJob } from '../../jobs/index.js';
import { DomainError } from '../../platform/errors.js';
import type { JsonObject } from '../../platform/events/index.js';
import type { LocatedIntake } from './located-intake.js';
import type { LocationInput } from './stored-bytes.js';

/** The job FETCH_ARTIFACT: a model is brought here from where it lies, however long that takes. Progress counts bytes. */
export class ArtifactFetch implements JobWork {
  readonly kind = 'FETCH_ARTIFACT';

  constructor(private readonly intake: LocatedIntake) {}

  async prepare(asked: JsonObject): Promise<{ input: JsonObject; title: string }> {
    const location = locationOf(asked);
    await this.intake.check(location, ['location']);
    // What stands in the query may be a signature that opens the file.
    return { input: { ...location }, title: `Fetch ${location.url.replace(/\?.*$/s, '').slice(0, 300)}` };
  }

  async run(job: RunningJob): Promise<JsonObject> {
    const { digest, size, foundAt, isGraph } = await this.intake.take(locationOf(job.input), {
      field: ['location'],
      signal: job.signal,
      onProgress: (done, total) => job.report({ done, total }),
    });
    return { digest, size, graph: isGraph, source: { ...foundAt } };
  }
}

function locationOf({ url, credentials = null, digest = null }: JsonObject): JsonObject & LocationInput {
  const isText = (value: unknown) => value === null || typeof value === 'string';
  if (typeof url !== 'string' || !isText(credentials) || !isText(digest))
    throw new DomainError('INVALID_ARGUMENT', 'Expected the location to have an address: {url: "…"}.', {
      field: ['location'],
    });
  return { url, credentials, digest };
}
