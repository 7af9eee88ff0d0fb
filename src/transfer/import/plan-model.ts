import { canonicalJson } from '../archive/canonical-json.js';
import type { Manifest } from '../archive/manifest.js';
import type { Planned } from './planned.js';

/** What a model says about itself, and may change. */
const CHANGING = ['title', 'summary', 'domain', 'labels', 'card', 'archivedAt'] as const;

export interface PlannedModel extends Planned {
  /** What the archive says anew. */
  readonly changed: readonly (typeof CHANGING)[number][];
}

/** The later of two states of one model is the one that holds; two models of one name have nothing to do with each other. */
export function planModel({ model }: Manifest, here: Manifest | null): PlannedModel {
  if (!here) return { action: 'ADDED', reason: null, changed: [] };
  const { createdAt, createdBy, updatedAt } = here.model;
  if (model.createdAt !== createdAt || model.createdBy !== createdBy)
    return {
      action: 'CONFLICT',
      reason: `is another one of the same name: registered ${createdAt} by ${createdBy} here, ${model.createdAt} by ${model.createdBy} in the archive`,
      changed: [],
    };
  const changed = CHANGING.filter((key) => canonicalJson(model[key]) !== canonicalJson(here.model[key]));
  if (changed.length === 0 || model.updatedAt <= updatedAt)
    return { action: 'PRESENT', reason: null, changed: [] };
  return { action: 'UPDATED', reason: null, changed };
}
