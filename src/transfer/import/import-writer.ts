import type { Transaction } from '../../platform/database/index.js';
import { newDescriptions } from './new-descriptions.js';
import type { ImportPlan } from './import-plan.js';
import type { ImportedChange, ImportStore } from './import-store.js';
import { evaluationKey } from '../archive/manifest-evaluations.js';
import type { Manifest, ManifestVersion } from '../archive/manifest.js';
import type { ForeignParent, MissingParentStore } from './missing-parent-store.js';
import type { ModelSnapshot } from '../snapshot-store.js';

export interface Import {
  readonly plan: ImportPlan;
  readonly archive: Manifest;
  /** The model as it is here; null when there is none. */
  readonly here: ModelSnapshot | null;
}

/** Writes what a plan says, within one transaction. The artifacts of the new versions are known already. */
export class ImportWriter {
  constructor(
    private readonly rows: ImportStore,
    private readonly parents: MissingParentStore,
  ) {}

  /** @returns the model's id. @throws DomainError NAME_TAKEN */
  async write(tx: Transaction, { plan, archive, here }: Import): Promise<string> {
    const modelId = await this.model(tx, plan, archive, here);
    const added = pick(plan.versions, archive.versions, ({ number }) => number);
    const ids = new Map([
      ...(here?.versionIds ?? []),
      ...(await this.rows.insertVersions(tx, modelId, added)),
    ]);
    const idOf = (number: number) => required(ids.get(number), `version ${number}`);
    await this.rows.addDescriptions(tx, modelId, newDescriptions(archive, here?.manifest ?? null));
    await this.rows.insertExamples(tx, added, idOf);
    await this.rows.insertAttachments(tx, added, idOf);
    await this.rows.insertEvaluations(
      tx,
      pick(plan.evaluations, archive.evaluations ?? [], evaluationKey),
      idOf,
    );
    await this.derivations(tx, plan.targetModel, added, idOf);
    await this.rows.insertTags(
      tx,
      modelId,
      pick(plan.tags, archive.tags, ({ name }) => name),
      idOf,
    );
    await this.aliases(tx, modelId, { plan, archive, here }, idOf);
    await this.parents.settle(tx, modelId);
    return modelId;
  }

  private async model(
    tx: Transaction,
    { targetModel, model }: ImportPlan,
    { model: archived, versions }: Manifest,
    here: ModelSnapshot | null,
  ): Promise<string> {
    if (!here) return this.rows.insertModel(tx, targetModel, archived, versions.length);
    const { modelId, manifest } = here;
    if (model.action === 'UPDATED') await this.rows.updateModelTexts(tx, modelId, archived);
    const updatedAt = [archived.updatedAt, manifest.model.updatedAt].sort().at(-1) ?? archived.updatedAt;
    await this.rows.growModel(tx, modelId, {
      latestVersion: Math.max(versions.length, manifest.versions.length),
      updatedAt: new Date(updatedAt),
    });
    return modelId;
  }

  private async derivations(
    tx: Transaction,
    targetModel: string,
    added: readonly ManifestVersion[],
    idOf: (number: number) => string,
  ): Promise<void> {
    const own = added.flatMap(({ number, derivedFrom }) =>
      derivedFrom
        .filter(({ model }) => model === null)
        .map(({ number: parent, relation }) => ({ childId: idOf(number), parentId: idOf(parent), relation })),
    );
    const foreign = foreignParents(added).map(({ version, ...parent }) => ({
      ...parent,
      childId: idOf(version),
    }));
    const ids = await this.parents.find(foreign, tx);
    const found: { childId: string; parentId: string; relation: ForeignParent['relation'] }[] = [];
    const missing: ForeignParent[] = [];
    for (const [index, parent] of foreign.entries()) {
      const parentId = ids[index] ?? null;
      // Imported under the name of its own parent: it is not made from itself.
      if (parentId === null || parent.model === targetModel) missing.push(parent);
      else found.push({ childId: parent.childId, parentId, relation: parent.relation });
    }
    await this.parents.addFound(tx, [...own, ...found]);
    await this.parents.addMissing(tx, missing);
  }

  private async aliases(
    tx: Transaction,
    modelId: string,
    { plan, archive, here }: Import,
    idOf: (number: number) => string,
  ): Promise<void> {
    await this.rows.insertChanges(tx, modelId, await this.newChanges(tx, archive, here));
    const targets = new Map(archive.aliases.map((alias) => [alias.name, alias]));
    for (const { name, action } of plan.aliases) {
      if (action === 'PRESENT') continue;
      const alias = targets.get(name);
      if (alias) await this.rows.pointAlias(tx, modelId, alias, idOf(alias.version));
      else await this.rows.removeAlias(tx, modelId, name);
    }
  }

  /** The entries of the archive that are not here yet, with ids in their order; the others are known by their place. */
  private async newChanges(
    tx: Transaction,
    { aliasHistory }: Manifest,
    here: ModelSnapshot | null,
  ): Promise<ImportedChange[]> {
    const known = new Map<string, bigint[]>();
    for (const [index, { alias }] of (here?.manifest.aliasHistory ?? []).entries()) {
      const ids = known.get(alias) ?? [];
      known.set(alias, ids);
      ids.push(required(here?.changeIds[index], 'an entry'));
    }
    const met = new Map<string, number>();
    const present = aliasHistory.map(({ alias }) => {
      const place = met.get(alias) ?? 0;
      met.set(alias, place + 1);
      return known.get(alias)?.[place] ?? null;
    });
    const taken = (await this.rows.takeChangeIds(tx, present.filter((id) => id === null).length)).values();
    const ids = present.map((id) => id ?? required(taken.next().value, 'an id'));
    return aliasHistory
      .map((change, index) => ({
        id: required(ids[index], 'an id'),
        previousId: change.previous === null ? null : required(ids[change.previous], 'an entry'),
        change,
      }))
      .filter((_, index) => present[index] === null);
  }
}

/** What versions were made from that is not of their own model. */
export function foreignParents(versions: readonly ManifestVersion[]) {
  return versions.flatMap(({ number: version, derivedFrom }) =>
    derivedFrom.flatMap(({ model, ...parent }) => (model === null ? [] : [{ version, model, ...parent }])),
  );
}

/** Those parts of the archive that the plan adds. */
function pick<P extends { readonly action: string }, T>(
  planned: readonly P[],
  parts: readonly T[],
  key: (item: P | T) => unknown,
): T[] {
  const added = new Set(planned.filter(({ action }) => action === 'ADDED').map(key));
  return parts.filter((part) => added.has(key(part)));
}

/** A checked manifest refers only to what it has; anything else is a fault of ours. */
function required<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) throw new Error(`The plan of an import lacks ${what}.`);
  return value;
}
