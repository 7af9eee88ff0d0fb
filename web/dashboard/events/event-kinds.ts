import { EventKindValues } from '../__generated__/enums.js';
import type { EventKind } from '../__generated__/operations.js';
import type { Tone } from '../components/badge.js';
import type { IconName } from '../components/icon.js';

/** `DEPLOYMENT_STATE_CHANGED` as people write it. */
export function kindName(kind: string): string {
  const words = kind.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Kinds that belong together, to choose from. The rest is `other`. */
const GROUPS: readonly { readonly value: string; readonly label: string; readonly has: RegExp }[] = [
  { value: 'requests', label: 'Requests', has: /^REQUEST/ },
  {
    value: 'deployments',
    label: 'Deployments',
    has: /^(?:DEPLOYMENT|RUNNER|MODEL_UNLOADED|MODEL_RELOADED|TRAFFIC|FOLLOWING|RECORDED)/,
  },
  { value: 'migrations', label: 'Migrations', has: /^MIGRATION/ },
  { value: 'alerts', label: 'Alerts', has: /^ALERT/ },
  { value: 'jobs', label: 'Jobs', has: /^JOB/ },
  { value: 'catalog', label: 'Catalog', has: /^(?:MODEL|VERSION|ALIAS|ARTIFACT|REFERENCE)/ },
];

export function groupOf(kind: string): string {
  return GROUPS.find(({ has }) => has.test(kind))?.value ?? 'other';
}

export const EVENT_GROUPS = GROUPS.filter(({ value }) =>
  EventKindValues.some((kind) => groupOf(kind) === value),
).map(({ value, label }) => ({ value, label }));

/** The kinds of some groups; undefined, which is all, when none is chosen. */
export function kindsOf(groups: readonly string[]): readonly EventKind[] | undefined {
  if (groups.length === 0) return undefined;
  return EventKindValues.filter((kind) => groups.includes(groupOf(kind)));
}

/** How an event of a kind looks: what went wrong is to be seen at a glance. */
export function lookOf(kind: string): { readonly tone: Tone; readonly icon: IconName } {
  if (/FAILED|LOST|DAMAGED|ROLLED_BACK|FIRED/.test(kind)) return { tone: 'bad', icon: 'failed' };
  if (/HELD|REFUSED|PAUSED|ABORTED|SILENCED|DELETED/.test(kind)) return { tone: 'warn', icon: 'warning' };
  if (/SUCCEEDED|RESTARTED|MENDED|RESOLVED/.test(kind)) return { tone: 'good', icon: 'checked' };
  if (kind.startsWith('REQUESTS')) return { tone: 'idle', icon: 'pulse' };
  return { tone: 'info', icon: 'info' };
}
