import { z } from 'zod';
import type { VersionRecord } from '../catalog/index.js';
import type { JobWork, RunningJob } from '../jobs/index.js';
import { DomainError } from '../platform/errors.js';
import type { JsonObject, JsonValue } from '../platform/events/index.js';
import type { GraphComparisons } from './graph-comparisons.js';

/** What `compareVersions` answers, from what takes nothing to what takes longest. */
export const COMPARISON_PARTS = [
  'signature',
  'pipeline',
  'metrics',
  'size',
  'graph',
  'outputs',
  'latency',
] as const;
export type ComparisonPart = (typeof COMPARISON_PARTS)[number];

/** Answers one part as JSON. @throws DomainError as the part itself does; the signal's reason */
export type PartAnswerer = (
  part: ComparisonPart,
  versions: { readonly base: string; readonly target: string },
  signal: AbortSignal,
) => Promise<JsonValue>;

const asked = z.object({ base: z.string(), target: z.string() });
const stored = z.object({
  parts: z.record(z.string(), z.json()),
  problems: z.array(z.object({ part: z.string(), code: z.string(), message: z.string() })),
});
type Stored = z.infer<typeof stored>;

/** Those are about the job as a whole, or pass. */
const NOT_OF_A_PART: ReadonlySet<string> = new Set([
  'VERSION_NOT_FOUND',
  'MODEL_NOT_FOUND',
  'UNAVAILABLE',
  'OVERLOADED',
  'STORAGE_FULL',
  'INTERNAL',
]);

/**
 * The job COMPARE_VERSIONS: asks for what `compareVersions` answers, one part after the other. A part that cannot be had does
 * not keep the others from being answered.
 */
export class VersionComparison implements JobWork {
  readonly kind = 'COMPARE_VERSIONS';

  constructor(
    private readonly deps: {
      readonly resolve: (ref: string, field: readonly string[]) => Promise<VersionRecord>;
      readonly graphs: Pick<GraphComparisons, 'compare'>;
      readonly answer: PartAnswerer;
    },
  ) {}

  /** References are followed now, so that a later move of an alias changes nothing. */
  async prepare(given: JsonObject): Promise<{ input: JsonObject; title: string }> {
    const refs = asked.parse(given);
    const base = await this.deps.resolve(refs.base, ['base']);
    const target = await this.deps.resolve(refs.target, ['target']);
    return {
      input: { base: base.ref, target: target.ref },
      title: `Compare ${base.ref} with ${target.ref}`,
    };
  }

  async run(job: RunningJob): Promise<JsonObject> {
    const refs = asked.parse(job.input);
    const { parts, problems } = stored.parse(job.checkpoint ?? { parts: {}, problems: [] });
    const total = COMPARISON_PARTS.length;
    job.report({ done: Object.keys(parts).length, total, failed: problems.length });
    for (const part of COMPARISON_PARTS) {
      if (part in parts) continue;
      parts[part] = await this.part(part, refs, job, problems);
      await job.save(
        { parts, problems },
        { done: Object.keys(parts).length, total, failed: problems.length },
      );
    }
    const base = await this.version(refs.base, 'base');
    const target = await this.version(refs.target, 'target');
    return {
      base: { ref: base.ref },
      target: { ref: target.ref },
      sameArtifact: base.artifactDigest === target.artifactDigest,
      ...parts,
      problems,
    };
  }

  private async part(
    part: ComparisonPart,
    refs: z.infer<typeof asked>,
    job: RunningJob,
    problems: Stored['problems'],
  ): Promise<Stored['parts'][string]> {
    const { answer, graphs } = this.deps;
    try {
      if (part === 'graph') {
        // Without a deadline, which a request has; the answer below then finds it remembered.
        const base = await this.version(refs.base, 'base');
        const target = await this.version(refs.target, 'target');
        await graphs.compare(base.artifactDigest, target.artifactDigest, job.signal);
      }
      return (await answer(part, refs, job.signal)) as Stored['parts'][string];
    } catch (error) {
      job.signal.throwIfAborted();
      if (!(error instanceof DomainError) || NOT_OF_A_PART.has(error.code)) throw error;
      problems.push({ part, code: error.code, message: error.message });
      job.log(`${part}: ${error.message}`);
      return null;
    }
  }

  /** @throws DomainError VERSION_NOT_FOUND, MODEL_NOT_FOUND in words for a job that waited */
  private async version(ref: string, field: string): Promise<VersionRecord> {
    try {
      return await this.deps.resolve(ref, [field]);
    } catch (error) {
      if (!(error instanceof DomainError) || !error.code.endsWith('_NOT_FOUND')) throw error;
      throw new DomainError(error.code, `${ref} was deleted after this job was started: ${error.message}`, {
        cause: error,
      });
    }
  }
}
