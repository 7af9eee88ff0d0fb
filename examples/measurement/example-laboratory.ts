import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelInspector, RunnerPool, type LoadedModel } from '../../src/runtime/index.js';
import {
  InstanceReader,
  MoleculeWorker,
  parsePipeline,
  type Pipeline,
  type Prediction,
} from '../../src/pipelines/index.js';
import { PipelineRunner } from '../../src/predictions/index.js';
import type { ExampleVersion } from '../example.js';

/** Predicts with an example exactly as the server does: same graph, same runtime, same pipeline; without a catalog. */
export class ExampleLaboratory {
  readonly #pool = new RunnerPool({ workers: 1 });
  readonly #inspector = new ModelInspector();
  readonly #molecules = new MoleculeWorker();
  readonly #runner = new PipelineRunner({ instances: new InstanceReader({ molecules: this.#molecules }) });
  readonly #loaded = new Map<ExampleVersion, Promise<{ model: LoadedModel; pipeline: Pipeline }>>();

  private constructor(private readonly directory: string) {}

  static async open(): Promise<ExampleLaboratory> {
    return new ExampleLaboratory(await mkdtemp(join(tmpdir(), 'retort-examples-')));
  }

  async predict(version: ExampleVersion, instances: readonly unknown[]): Promise<Prediction[]> {
    const loading = this.#loaded.get(version) ?? this.#load(version, this.#loaded.size);
    this.#loaded.set(version, loading);
    const { model, pipeline } = await loading;
    return this.#runner.predict(pipeline, instances, async (inputs) => (await model.run(inputs)).outputs);
  }

  /** The numbers alone. @throws Error when an instance has none */
  async values(version: ExampleVersion, instances: readonly unknown[]): Promise<number[]> {
    return (await this.predict(version, instances)).map(({ value, error }, index) => {
      if (typeof value !== 'number')
        throw new Error(
          `No number for ${JSON.stringify(instances[index])}: ${error?.message ?? JSON.stringify(value)}`,
        );
      return value;
    });
  }

  /** Of a version that answers `probabilities`: how likely each class is. @throws Error when an instance has none */
  async probabilities(
    version: ExampleVersion,
    instances: readonly unknown[],
  ): Promise<ReadonlyMap<string, number>[]> {
    return (await this.predict(version, instances)).map(({ results, error }, index) => {
      const given = results.find(({ name }) => name === 'probabilities')?.value;
      if (typeof given !== 'object' || given === null)
        throw new Error(`No probabilities for ${JSON.stringify(instances[index])}: ${error?.message ?? ''}`);
      return new Map(Object.entries(given as Readonly<Record<string, number>>));
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.close(), this.#inspector.close(), this.#molecules.close()]);
    await rm(this.directory, { recursive: true, force: true });
  }

  async #load(version: ExampleVersion, index: number): Promise<{ model: LoadedModel; pipeline: Pipeline }> {
    const path = join(this.directory, `${index}.onnx`);
    await writeFile(path, version.build());
    const { signature } = await this.#inspector.inspect(path);
    return { model: await this.#pool.load(path), pipeline: parsePipeline(version.pipeline, signature) };
  }
}
