import {
  InstanceReader,
  MoleculeWorker,
  parsePipeline,
  type Pipeline,
} from '../../../src/pipelines/index.js';
import type { DataType } from '../../../src/tensors/index.js';
import { patience } from '../../support/patience.js';
import { signature } from '../signatures.js';

export interface Declared {
  readonly instance: object;
  readonly steps?: object;
  /** The step that fills the only input. */
  readonly of: string;
  /** Of the graph's input; one run for each instance where it has no dimension for a batch. */
  readonly shape: readonly number[];
  readonly datatype?: DataType;
  /** Null takes the step's own. */
  readonly unit?: string | null;
}

/** What a graph would be given of one instance. */
export interface Given {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  readonly warnings: readonly string[];
}
/** Or why it is given nothing. */
export type Through = Given | { readonly code: string; readonly message: string };

/** Takes instances through the fields and steps of pipelines. */
export class StepsRunner {
  readonly #molecules = new MoleculeWorker({ timeLimitMs: patience(5_000) });
  readonly #reader = new InstanceReader({ molecules: this.#molecules });

  close(): Promise<void> {
    return this.#molecules.close();
  }

  async run(declared: Declared, instances: readonly unknown[]): Promise<Through[]> {
    const batch = await this.#reader.prepare(pipelineOf(declared), instances, {
      endsAt: performance.now() + patience(120_000),
    });
    const rows = new Map(
      Array.from({ length: batch.rows }, (_, row): [number, Given] => {
        const [tensor] = batch.tensors(row, row + 1);
        if (tensor === undefined) throw new Error('There is no input');
        const { shape, data } = tensor;
        return [
          batch.placeOf(row),
          {
            shape: declared.shape[0] === -1 && shape.length > 1 && shape[0] === 1 ? shape.slice(1) : shape,
            data: Array.from(data as ArrayLike<number | bigint>, Number),
            warnings: batch.warnings(row).map(({ code, message }) => `${code}: ${message}`),
          },
        ];
      }),
    );
    return instances.map((_, place) => {
      const read = rows.get(place) ?? batch.errors.get(place);
      if (read === undefined) throw new Error('An instance has neither a row nor an error');
      return read;
    });
  }

  /** @throws Error when an instance cannot be read */
  async numbers(declared: Declared, instances: readonly unknown[]): Promise<Given[]> {
    return (await this.run(declared, instances)).map((read) => {
      if ('code' in read) throw new Error(`${read.code}: ${read.message}`);
      return read;
    });
  }

  /** @throws Error when an instance can be read */
  async refusals(declared: Declared, instances: readonly unknown[]): Promise<string[]> {
    return (await this.run(declared, instances)).map((read, place) => {
      if (!('code' in read)) throw new Error(`Read: ${JSON.stringify(instances[place]).slice(0, 200)}`);
      return `${read.code}: ${read.message}`;
    });
  }
}

/** @throws DomainError INVALID_PIPELINE */
export function pipelineOf({
  instance,
  steps,
  of,
  shape,
  datatype = 'FP64',
  unit = null,
}: Declared): Pipeline {
  return parsePipeline(
    {
      format: 2,
      instance,
      ...(steps && { steps }),
      inputs: { x: { of, ...(unit !== null && { unit }) } },
      outputs: { y: { unit: '1' } },
    },
    signature({ x: [datatype, [...shape]] }, { y: [datatype, [...shape]] }),
  );
}
