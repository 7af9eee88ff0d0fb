import type { CatalogService } from '../../catalog/index.js';
import { deploymentPages, type DeploymentRecord, type DeploymentService } from '../../deployments/index.js';
import { inTurns } from '../../platform/in-turns.js';
import type { Door } from './door.js';
import { distinctNames } from './graphql-names.js';
import type { VersionDescriptions } from './version-descriptions.js';

/** So long a field that went away says why. */
export const TOLD_MS = 3_600_000;
const VERSIONS_AT_ONCE = 200;
/** Of `TypedModels` itself. */
const RESERVED = ['_schemaVersion'];

type Facts = Pick<DeploymentRecord, 'id' | 'name' | 'createdAt' | 'updatedAt' | 'state' | 'stateReason'> & {
  readonly versionId: string;
  readonly modelName: string;
};

/** Which deployments there are, and what each has to do with the schema. */
export class DoorDirectory {
  private readonly facts = new Map<string, Facts>();
  /** By deployment, as they were last told. */
  private last = new Map<string, Door>();

  constructor(
    private readonly services: {
      readonly deployments: Pick<DeploymentService, 'find' | 'page'>;
      readonly catalog: Pick<CatalogService, 'versionsByIds'>;
    },
    private readonly descriptions: VersionDescriptions,
  ) {}

  /** @param names those that may be other than they were; null: all */
  async read(names: ReadonlySet<string> | null): Promise<void> {
    const { deployments } = this.services;
    if (names === null) {
      const found: DeploymentRecord[] = [];
      for await (const page of deploymentPages(deployments)) found.push(...page);
      this.facts.clear();
      await this.take(found);
      return;
    }
    for (const name of names) {
      const found = await deployments.find(name);
      if (found) await this.take([found]);
      else for (const { id, name: known } of this.facts.values()) if (known === name) this.facts.delete(id);
    }
  }

  /**
   * A door for each deployment that answers `predict`, or did a while ago; those that were made first first. The names of
   * fields are those of all deployments there are, so that stopping one renames no other.
   */
  doors(now: number): Door[] {
    const all = [...this.facts.values()].sort(
      (a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.id < b.id ? -1 : 1),
    );
    const names = distinctNames(
      all.map(({ name }) => name),
      RESERVED,
    );
    const doors = all.flatMap((facts, index) => this.door(facts, names[index] ?? facts.name, now) ?? []);
    const taken = new Set(doors.map(({ fieldName }) => fieldName));
    for (const door of this.last.values()) {
      if (this.facts.has(door.deployment.id) || taken.has(door.fieldName)) continue;
      const gone = departing(door, 'was deleted with its model', now);
      if (gone) doors.push(gone);
    }
    this.last = new Map(doors.map((door) => [door.deployment.id, door]));
    return doors;
  }

  private async take(found: readonly DeploymentRecord[]): Promise<void> {
    const { catalog } = this.services;
    const modelNames = new Map<string, string>();
    const versionIds = [...new Set(found.map(({ revision }) => revision.versionId))];
    for (let at = 0; at < versionIds.length; at += VERSIONS_AT_ONCE) {
      const versions = await catalog.versionsByIds(versionIds.slice(at, at + VERSIONS_AT_ONCE));
      const { descriptions } = this;
      await inTurns(
        (function* () {
          for (const version of versions) {
            modelNames.set(version.id, version.modelName);
            yield descriptions.of(version);
          }
        })(),
      );
    }
    for (const { id, name, createdAt, updatedAt, state, stateReason, revision } of found) {
      const { versionId } = revision;
      const modelName = modelNames.get(versionId) ?? name;
      this.facts.set(id, { id, name, createdAt, updatedAt, state, stateReason, versionId, modelName });
    }
  }

  private door(facts: Facts, fieldName: string, now: number): Door | null {
    const { id, name, modelName, versionId, state, stateReason, updatedAt } = facts;
    const told = this.descriptions.find(versionId);
    const last = this.last.get(id);
    if (!told) return last ? departing(last, 'began to serve what answers no predict', now) : null;
    const isStopped = state === 'STOPPED';
    if (isStopped && now - updatedAt.getTime() > TOLD_MS) return null;
    const why = stateReason === null ? '' : ` (${stateReason})`;
    return {
      deployment: { id, name, modelName },
      fieldName,
      description: told.description,
      fits: (version) => this.descriptions.of(version)?.text === told.text,
      departed: isStopped ? { at: updatedAt, what: `was stopped${why}` } : null,
    };
  }
}

/** The door as it is left; null when that was long ago. */
function departing(door: Door, what: string, now: number): Door | null {
  const departed = door.departed ?? { at: new Date(now), what };
  return now - departed.at.getTime() > TOLD_MS ? null : { ...door, departed };
}
