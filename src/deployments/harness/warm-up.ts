import type { CatalogService, ExampleRecord, VersionRecord } from '../../catalog/index.js';
import { madeUpInputs, type Tensor } from '../../tensors/index.js';
import { type LoadedModel } from '../../runtime/index.js';
import { DomainError, isUserError } from '../../platform/errors.js';

/** Of a version's examples; the first run pays for memory arenas and lazy initialisation, the next ones for little. */
const MAX_EXAMPLES = 3;

/** Pipelines lie above this folder. */
export interface WarmUpPipeline {
  /** Starts what the first prediction would have to wait for. */
  start(version: VersionRecord, run: (inputs: Tensor[]) => Promise<Tensor[]>): Promise<void>;
  /** Answers instances as `predict` would, with the runs of this model. */
  predict(
    version: VersionRecord,
    instances: readonly unknown[],
    run: (inputs: Tensor[]) => Promise<Tensor[]>,
  ): Promise<void>;
}

/** Runs a model before anyone asks it something. */
export class WarmUp {
  constructor(
    private readonly catalog: Pick<CatalogService, 'examplesOfVersions'>,
    private readonly pipelines: WarmUpPipeline,
  ) {}

  /**
   * With what its publisher says it can be asked; where there is nothing, or it refuses that, once with made-up inputs
   * (every variable dimension 1, every value 1).
   *
   * @returns null, or why the model refused the made-up inputs. That is no failure: a graph may demand more than its
   * signature says, such as two dimensions being equal to a constant inside.
   * @throws DomainError what is no fault of the inputs, such as the runner's death
   */
  async model(model: LoadedModel, version: VersionRecord): Promise<string | null> {
    // A database that is away must keep no model from coming back.
    const examples = await this.catalog.examplesOfVersions([version.id]).catch((): ExampleRecord[] => []);
    let accepted = false;
    for (const example of examples.slice(0, MAX_EXAMPLES))
      accepted = (await this.takes(() => this.example(model, version, example))) === null || accepted;
    return accepted ? null : this.takes(() => model.run(madeUpInputs(version.signature)));
  }

  pipeline(model: LoadedModel, version: VersionRecord): Promise<void> {
    return this.pipelines.start(version, async (inputs) => (await model.run(inputs)).outputs);
  }

  private async example(
    model: LoadedModel,
    version: VersionRecord,
    { content }: ExampleRecord,
  ): Promise<void> {
    if (content.kind === 'TENSORS') await model.run(content.inputs.map(copied));
    else
      await this.pipelines.predict(
        version,
        [content.instance],
        async (inputs) => (await model.run(inputs)).outputs,
      );
  }

  private async takes(run: () => Promise<unknown>): Promise<string | null> {
    try {
      await run();
      return null;
    } catch (error) {
      if (error instanceof DomainError && (error.code === 'RUN_FAILED' || isUserError(error)))
        return error.message;
      throw error;
    }
  }
}

function copied(tensor: Tensor): Tensor {
  return { ...tensor, data: tensor.data.slice() };
}
