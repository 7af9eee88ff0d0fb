import { isName, type CatalogService, type VersionRecord } from '../catalog/index.js';
import type { DeploymentRecord, DeploymentService } from '../deployments/index.js';
import { DomainError } from '../platform/errors.js';
import { DatabaseUnavailable } from '../platform/failures.js';
import type { EventLog } from '../platform/events/index.js';

const MAX_NAMES = 10_000;

/** The deployment or version that answers: what `InferenceService` calls a target. */
export type ServedTarget =
  | { readonly deployment: string; readonly version?: undefined }
  | { readonly version: string; readonly deployment?: undefined };

/** What answers under a name, as the descriptions of both protocols need it. */
export interface ServedModel {
  readonly version: VersionRecord;
  /** Null when the name is a model's and no deployment's, or when a version was asked for. */
  readonly deployment: DeploymentRecord | null;
}

/**
 * What the name in a serving protocol's path means: the deployment of that name, else the model's default version; and
 * with a version beside it, that version of the deployment's model, else of the model of that name.
 *
 * Which names are deployments is remembered, since every call asks and a database query costs more than a small model's
 * whole run. Invariant: nothing found before a deployment or model changed is answered after it, since every such
 * change passes through the event log.
 */
export class ServedModels {
  /** The model behind each deployment; null where no deployment has the name. */
  private readonly models = new Map<string, string | null>();
  /** What was known before the last change; a deployment's model never changes, so it still holds while it cannot be asked. */
  private readonly before = new Map<string, string>();
  private generation = 0;

  constructor(
    private readonly deps: {
      readonly catalog: CatalogService;
      readonly deployments: DeploymentService;
      readonly events: EventLog;
    },
  ) {
    const forget = () => {
      this.generation += 1;
      if (this.before.size >= MAX_NAMES) this.before.clear();
      for (const [name, model] of this.models) if (model !== null) this.before.set(name, model);
      this.models.clear();
    };
    deps.events.onCommitted(({ kind }) => {
      if (/^(MODEL|DEPLOYMENT)_/.test(kind)) forget();
    });
    deps.events.onMissed(forget);
  }

  /**
   * @param selector what follows the `@` of a version ref
   * @throws DomainError MODEL_NOT_FOUND for a name nothing can have; other unknown names are found out by the caller that asks the
   * target.
   */
  async target(name: string, selector?: string): Promise<ServedTarget> {
    return targetOf(name, await this.modelOfDeployment(name), selector);
  }

  /** The same without waiting, when the name has been asked for before; else null. */
  knownTarget(name: string, selector?: string): ServedTarget | null {
    const model = this.models.get(name);
    return model === undefined ? null : targetOf(name, model, selector);
  }

  /** @throws DomainError MODEL_NOT_FOUND, VERSION_NOT_FOUND, INVALID_ARGUMENT */
  async describe(name: string, selector?: string): Promise<ServedModel> {
    const target = await this.target(name, selector);
    if (target.version !== undefined) {
      return { version: await this.deps.catalog.resolveVersion(target.version), deployment: null };
    }
    const deployment = await this.deps.deployments.find(name);
    const [version] = deployment
      ? await this.deps.catalog.versionsByIds([deployment.revision.versionId])
      : [];
    // Deleted between the two questions.
    if (!version) throw unknownName(name);
    return { version, deployment };
  }

  private async modelOfDeployment(name: string): Promise<string | null> {
    if (!isName(name)) throw unknownName(name);
    const known = this.models.get(name);
    if (known !== undefined) return known;
    const { generation } = this;
    const model = await this.asked(name);
    // A change while the queries ran may have made their answer old.
    if (generation === this.generation) {
      if (this.models.size >= MAX_NAMES) this.models.clear();
      this.models.set(name, model);
    }
    return model;
  }

  private async asked(name: string): Promise<string | null> {
    try {
      const deployment = await this.deps.deployments.find(name);
      const [model] = deployment ? await this.deps.catalog.modelsByIds([deployment.modelId]) : [];
      return model?.name ?? null;
    } catch (error) {
      const known = this.before.get(name);
      if (known !== undefined && error instanceof DatabaseUnavailable) return known;
      throw error;
    }
  }
}

/** @param model behind the deployment of that name; null when there is none */
function targetOf(name: string, model: string | null, selector: string | undefined): ServedTarget {
  if (selector !== undefined) return { version: `${model ?? name}@${selector}` };
  return model === null ? { version: name } : { deployment: name };
}

function unknownName(name: string): DomainError {
  return new DomainError(
    'MODEL_NOT_FOUND',
    `No deployment or model is named ${JSON.stringify(name.slice(0, 100))}. ` +
      'POST /v2/repository/index lists those there are.',
    { field: ['model'] },
  );
}
