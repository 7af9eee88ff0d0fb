import { notHeld } from '../fill-tensor.js';
import type { MoleculeWorker } from '../molecules/molecule-worker-client.js';
import type { Pipeline } from '../pipeline.js';
import type { RowErrorNote, WarningNote } from '../prediction.js';
import { applyTransforms } from '../transforms.js';
import { domainWarnings } from './domain-warnings.js';
import { readMolecules } from './read-molecules.js';
import { readNuclides } from './read-nuclides.js';
import { readParticles } from './read-particles.js';
import type { Instance, Reading, SourceValue } from './reading.js';

export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * When the answer is due, as `performance.now()`: instances that cannot be read by then have their own error. Infinity:
   * only `signal` ends it. A minute from now when left out.
   */
  readonly endsAt?: number | undefined;
}

/** An instance ready for the graph. */
export interface PreparedInstance {
  /** By name of the input tensor: one row, its transforms applied. */
  readonly values: Readonly<Record<string, SourceValue>>;
  /** What the instance is described by, before any transform: descriptors, fields and what domain ranges may bound. */
  readonly quantities: Readonly<Record<string, number>>;
  readonly warnings: readonly WarningNote[];
}

/** Reads domain values as a pipeline declares them: molecules, nuclides, particles to the numbers of its inputs. */
export class InstanceReader {
  readonly #molecules: MoleculeWorker;

  constructor(deps: { readonly molecules: MoleculeWorker }) {
    this.#molecules = deps.molecules;
  }

  /**
   * Answers in the order of the instances: each one ready for the graph, or what is wrong with it.
   *
   * @param pipeline as parsePipeline returned it for the version's signature
   * @throws DomainError UNAVAILABLE when molecules cannot be read at the moment; `signal.reason` on abort
   */
  async read(
    pipeline: Pipeline,
    instances: readonly unknown[],
    options: ReadOptions = {},
  ): Promise<(PreparedInstance | RowErrorNote)[]> {
    return (await this.#readings(pipeline, instances, options)).map((reading) =>
      'error' in reading ? reading.error : prepare(pipeline, reading.instance),
    );
  }

  /** Starts what the first instance would have to wait for. */
  async warmUp(pipeline: Pipeline): Promise<void> {
    if (pipeline.instance.kind === 'molecule') await this.#molecules.warmUp();
  }

  async #readings(
    pipeline: Pipeline,
    instances: readonly unknown[],
    { signal, endsAt }: ReadOptions,
  ): Promise<readonly Reading[]> {
    switch (pipeline.instance.kind) {
      case 'molecule':
        return readMolecules(pipeline, instances, this.#molecules, {
          signal,
          until: endsAt === undefined ? undefined : endsAt - reserve(endsAt - performance.now()),
        });
      case 'nuclide':
        return readNuclides(pipeline, instances);
      case 'particles':
        return readParticles(pipeline, instances);
    }
  }
}

/** Of the time that is left, what is kept for the graph and the way back: what was read is to be answered. */
function reserve(leftMs: number): number {
  return Math.min(5_000, leftMs * 0.2);
}

/** Applies each input's transforms; a number the graph could not hold is the row's error. */
function prepare(pipeline: Pipeline, instance: Instance): PreparedInstance | RowErrorNote {
  const values: Record<string, SourceValue> = {};
  for (const [name, { datatype, steps }] of Object.entries(pipeline.inputs)) {
    const source = instance.values[name];
    if (source === undefined) throw new Error(`No value for input "${name}"`);
    const [, ...transforms] = steps;
    const data = applyTransforms(transforms, source.data, source.shape.at(-1) ?? 1);
    for (let at = 0; at < data.length; at++) {
      const value = data[at] ?? NaN;
      const fault = notHeld(datatype, value);
      if (fault !== null)
        return {
          code: fault,
          message: `Input "${name}" would get ${value} in element ${at}, which ${datatype} can not hold as a ${fault === 'NON_FINITE' ? 'finite' : 'whole'} number; check the instance against the model's domain`,
        };
    }
    values[name] = { shape: source.shape, data };
  }
  const { quantities, warnings } = instance;
  return { values, quantities, warnings: [...warnings, ...domainWarnings(pipeline, quantities)] };
}
