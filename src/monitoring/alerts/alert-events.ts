import type { EventKind, NewEvent } from '../../platform/events/index.js';
import type { Caller } from '../../security/index.js';
import type { AlertRecord, AlertRuleRecord } from './alert-records.js';

const ACTOR = 'retort';

/** An alert fired, or was resolved. */
export function alertChanged(alert: AlertRecord, silencedUntil: Date | null): NewEvent {
  const fired = alert.state === 'FIRING';
  const silent = fired && silencedUntil !== null ? `, silent until ${silencedUntil.toISOString()}` : '';
  return {
    ...about(fired ? 'ALERT_FIRED' : 'ALERT_RESOLVED', alert),
    message: `${alert.ruleName} ${fired ? 'fires' : 'is resolved'}${silent}: ${alert.message}`,
    actor: ACTOR,
  };
}

/** Somebody wants to hear nothing of alerts for a while, or wants to hear of them again. */
export function alertsSilenced(change: {
  readonly rule: Pick<AlertRuleRecord, 'id' | 'name' | 'severity'> | null;
  readonly deployment: { readonly id: string; readonly name: string } | null;
  /** Null: no longer silent. */
  readonly until: Date | null;
  /** Firing now. */
  readonly alerts: readonly { readonly id: string }[];
  readonly reason: string | null;
  readonly caller: Caller;
}): NewEvent {
  const { rule, deployment, until, alerts, reason, caller } = change;
  const what = [rule && `rule ${rule.name}`, deployment && `deployment ${deployment.name}`]
    .filter((part) => part !== null)
    .join(' and ');
  const how = until === null ? 'are no longer silent' : `are silent until ${until.toISOString()}`;
  return {
    kind: 'ALERT_SILENCED',
    message: `Alerts of ${what} ${how}${reason === null ? '' : `: ${reason}`}`,
    ...by(caller),
    deployment: deployment ?? undefined,
    data: {
      rule: rule?.name ?? null,
      severity: rule?.severity ?? null,
      silencedUntil: until?.toISOString() ?? null,
      alertIds: alerts.map(({ id }) => id),
      reason,
    },
  };
}

export type RuleChange = 'CREATED' | 'UPDATED' | 'DELETED';

export function ruleChanged(
  caller: Caller,
  change: RuleChange,
  { name, severity }: Pick<AlertRuleRecord, 'name' | 'severity'>,
  reason: string | null,
): NewEvent {
  return {
    kind: 'ALERT_RULE_CHANGED',
    message: `Alert rule ${name} was ${change.toLowerCase()}${reason === null ? '' : `: ${reason}`}`,
    ...by(caller),
    data: { rule: name, severity, change, reason },
  };
}

/** A webhook could not be told, and it is not tried again. Of its address only the host is said. */
export function deliveryFailed(failure: {
  readonly ruleName: string;
  readonly host: string;
  readonly attempts: number;
  readonly problem: string;
}): NewEvent {
  const { ruleName, host, attempts, problem } = failure;
  return {
    kind: 'ALERT_DELIVERY_FAILED',
    message: `The webhook of ${ruleName} at ${host} could not be told, in ${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}: ${problem}`,
    actor: ACTOR,
    data: { rule: ruleName, host, attempts, reason: problem },
  };
}

function about(kind: EventKind, alert: AlertRecord): Omit<NewEvent, 'message' | 'actor'> {
  const { id, ruleName, severity, value, threshold, deploymentId, deploymentName } = alert;
  return {
    kind,
    deployment: { id: deploymentId, name: deploymentName },
    data: { alertIds: [id], rule: ruleName, severity, value, threshold, reason: alert.message },
  };
}

function by({ actor, requestId }: Caller): Pick<NewEvent, 'actor' | 'requestId'> {
  return { actor, requestId: requestId === '' ? undefined : requestId };
}
