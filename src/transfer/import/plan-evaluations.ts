import { evaluationKey, type EvaluationPlace } from '../archive/manifest-evaluations.js';
import type { Manifest } from '../archive/manifest.js';
import type { Planned } from './planned.js';

export interface PlannedEvaluation extends Planned, EvaluationPlace {}

/** Evaluations of an archive come beside those that are here, unless those are as new. */
export function planEvaluations(archive: Manifest, here: Manifest | null): PlannedEvaluation[] {
  const known = new Map(
    (here?.evaluations ?? []).map((evaluation) => [evaluationKey(evaluation), evaluation.createdAt]),
  );
  return (archive.evaluations ?? []).map(({ version, dataset, result, createdAt }) => {
    const present = known.get(evaluationKey({ version, dataset, result }));
    const isNew = present === undefined || present < createdAt;
    return { version, dataset, result, action: isNew ? 'ADDED' : 'PRESENT', reason: null };
  });
}
