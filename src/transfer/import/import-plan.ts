import type { UserErrorCode } from '../../platform/errors.js';
import type { Manifest } from '../archive/manifest.js';
import { planAliases, type PlannedAlias } from './plan-aliases.js';
import { planEvaluations, type PlannedEvaluation } from './plan-evaluations.js';
import { planModel, type PlannedModel } from './plan-model.js';
import { planTags, type PlannedTag } from './plan-tags.js';
import { planVersions, type PlannedVersion } from './plan-versions.js';
import type { Planned } from './planned.js';

/** For a model of the same name: leave it as it is unless it has everything already, or let it grow. */
export type ImportConflictPolicy = 'REFUSE' | 'MERGE';

export interface ImportPlan {
  /** The model's name in the archive, and here. */
  readonly sourceModel: string;
  readonly targetModel: string;
  readonly model: PlannedModel;
  readonly versions: readonly PlannedVersion[];
  readonly evaluations: readonly PlannedEvaluation[];
  readonly tags: readonly PlannedTag[];
  readonly aliases: readonly PlannedAlias[];
  /** False when everything is here already. */
  readonly changes: boolean;
  /** Why the import would be refused; null when it would not. */
  readonly refusal: Refusal | null;
}

export interface Refusal {
  readonly code: UserErrorCode;
  readonly message: string;
  readonly field: readonly string[];
}

export interface PlanOptions {
  readonly targetModel: string;
  readonly onConflict: ImportConflictPolicy;
  /** Protected aliases only move for one. */
  readonly hasReason: boolean;
}

/** Decides what an import does: a table of the archive's parts against what is here, and nothing else. */
export function planImport(archive: Manifest, here: Manifest | null, options: PlanOptions): ImportPlan {
  const parts = {
    model: planModel(archive, here),
    versions: planVersions(archive, here),
    evaluations: planEvaluations(archive, here),
    tags: planTags(archive, here),
    aliases: planAliases(archive, here),
  };
  const planned = [parts.model, ...parts.versions, ...parts.evaluations, ...parts.tags, ...parts.aliases];
  const changes = planned.some(({ action }) => action === 'ADDED' || action === 'UPDATED');
  const plan = { sourceModel: archive.model.name, targetModel: options.targetModel, ...parts, changes };
  return { ...plan, refusal: refusalOf(plan, here, options) };
}

function refusalOf(
  plan: Omit<ImportPlan, 'refusal'>,
  here: Manifest | null,
  { targetModel, onConflict, hasReason }: PlanOptions,
): Refusal | null {
  if (!here) return null;
  const conflicts = conflictsOf(plan);
  if (conflicts.length > 0) return conflict(targetModel, conflicts);
  if (!plan.changes) return null;
  if (onConflict === 'REFUSE') return otherContent(plan);
  const adds = plan.versions.some(({ action }) => action === 'ADDED');
  if (adds && here.model.archivedAt !== null && plan.model.action !== 'UPDATED')
    return {
      code: 'MODEL_ARCHIVED',
      message: `Model "${targetModel}" is archived and takes no new versions. Bring it back with archiveModel(archived: false), then import again.`,
      field: ['archive'],
    };
  const isProtected = plan.aliases.find(
    ({ name, action }) =>
      action === 'UPDATED' && here.aliases.some((alias) => alias.name === name && alias.protected),
  );
  if (isProtected && !hasReason)
    return {
      code: 'ALIAS_PROTECTED',
      message: `The import moves ${targetModel}@${isProtected.name}, which is protected: say why in "reason".`,
      field: ['reason'],
    };
  return null;
}

function conflictsOf({ model, versions, tags, aliases }: Omit<ImportPlan, 'refusal'>): string[] {
  const told = (what: string, { action, reason }: Planned) =>
    action === 'CONFLICT' ? [`${what} ${reason ?? ''}`] : [];
  return [
    ...told('the model', model),
    ...versions.flatMap((version) => told(`version ${version.number}`, version)),
    ...tags.flatMap((tag) => told(`tag "${tag.name}"`, tag)),
    ...aliases.flatMap((alias) => told(`alias "${alias.name}"`, alias)),
  ];
}

const SHOWN = 3;

function conflict(targetModel: string, conflicts: readonly string[]): Refusal {
  const shown = conflicts.slice(0, SHOWN).join('; ');
  const more = conflicts.length > SHOWN ? ` and ${conflicts.length - SHOWN} more` : '';
  return {
    code: 'IMPORT_CONFLICT',
    message: `The archive contradicts model "${targetModel}" of this catalog: ${shown}${more}. Import it under another name with "as".`,
    field: ['archive'],
  };
}

function otherContent({
  targetModel,
  model,
  versions,
  evaluations,
  tags,
  aliases,
}: Omit<ImportPlan, 'refusal'>): Refusal {
  const count = (what: string, planned: readonly Planned[]) => {
    const changed = planned.filter(({ action }) => action !== 'PRESENT').length;
    return changed === 0 ? [] : [`${changed} ${what}`];
  };
  const differences = [
    ...count('new versions', versions),
    ...count('newer evaluations', evaluations),
    ...count('new tags', tags),
    ...count('aliases that are new or moved on', aliases),
    ...(model.action === 'UPDATED' ? [`a newer ${model.changed.join(', ')}`] : []),
  ];
  return {
    code: 'IMPORT_CONFLICT',
    message: `There is a model "${targetModel}" already, and the archive has other content for it: ${differences.join(', ')}. Let it grow with onConflict: MERGE, or import under another name with "as".`,
    field: ['onConflict'],
  };
}
