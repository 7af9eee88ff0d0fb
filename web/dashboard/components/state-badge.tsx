import type { DeploymentState, MigrationState } from '../__generated__/operations.js';
import { Badge, type Tone } from './badge.js';
import type { IconName } from './icon.js';

type Look = readonly [tone: Tone, icon: IconName, word: string];

const DEPLOYMENT: Readonly<Record<DeploymentState, Look>> = {
  PENDING: ['info', 'clock', 'Pending'],
  LOADING: ['info', 'busy', 'Loading'],
  WARMING: ['info', 'busy', 'Warming up'],
  READY: ['good', 'checked', 'Ready'],
  DRAINING: ['warn', 'busy', 'Draining'],
  STOPPED: ['idle', 'stopped', 'Stopped'],
  FAILED: ['bad', 'failed', 'Failed'],
};

const MIGRATION: Readonly<Record<MigrationState, Look>> = {
  LOADING: ['info', 'busy', 'Loading'],
  RUNNING: ['info', 'busy', 'Running'],
  PAUSED: ['warn', 'pause', 'Paused'],
  AWAITING_APPROVAL: ['warn', 'clock', 'Awaits approval'],
  SUCCEEDED: ['good', 'checked', 'Succeeded'],
  ROLLED_BACK: ['bad', 'back', 'Rolled back'],
  ABORTED: ['idle', 'stopped', 'Aborted'],
  FAILED: ['bad', 'failed', 'Failed'],
};

interface StateProps<State> {
  readonly state: State;
  readonly reason?: string | null | undefined;
}

export function DeploymentStateBadge({ state, reason }: StateProps<DeploymentState>) {
  const [tone, icon, word] = DEPLOYMENT[state];
  return (
    <Badge tone={tone} icon={icon} title={reason}>
      {word}
    </Badge>
  );
}

export function MigrationStateBadge({ state, reason }: StateProps<MigrationState>) {
  const [tone, icon, word] = MIGRATION[state];
  return (
    <Badge tone={tone} icon={icon} title={reason}>
      {word}
    </Badge>
  );
}
