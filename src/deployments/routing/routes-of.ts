import type { Admission } from './admission.js';
import { standsFor, type Desired } from '../desired/desired.js';
import type { HarnessSet } from '../harness/harness-set.js';
import { isComing } from '../plan/plan.js';
import type { Trial } from './trial.js';
import type { Arm, DeploymentRoutes } from './routing-table.js';

/** Where requests to a deployment go, by its rows and what is in memory. Null: nowhere, and nothing is on its way. */
export function routesOf(
  name: string,
  desired: Desired,
  harnesses: HarnessSet,
  { admission, trial }: { readonly admission: Admission; readonly trial: Trial | null },
): DeploymentRoutes | null {
  const { revisions } = desired;
  const { views } = harnesses;
  const now = Date.now();
  const arms = revisions.flatMap(({ id, number, role, state, weight }): Arm[] => {
    const serving = state === 'READY' ? harnesses.all.get(id)?.serving : null;
    return serving ? [{ revision: number, isPrimary: role === 'PRIMARY', weight, serving }] : [];
  });
  const coming = revisions
    .filter((revision) => isComing(desired, views, revision, now))
    .map(({ id, versionId }) => {
      const harness = harnesses.all.get(id);
      return { versionId, isReturning: harness?.isAway ?? false, obstacle: harness?.obstacle ?? null };
    });
  if (arms.length + coming.length === 0) return null;
  // Of the revision that serves; before the first does, of the one on its way.
  const maxQueue = standsFor(revisions)?.limits.maxQueue ?? 1;
  return { name, arms, coming, admission, maxQueue, trial };
}
