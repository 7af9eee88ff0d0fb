import { uuid7 } from '../../../platform/uuid7.js';
import type { OpenAlert, RuleEntry } from '../alert-book.js';
import type { AlertRecord, AlertRuleRecord } from '../alert-records.js';
import { patienceOf } from '../rules/condition.js';
import { advance, type AdvancePolicy, type OpenState, type Step } from './advance.js';
import type { WatchedDeployment } from './metric-source.js';
import type { Observation } from './observation.js';
import { observe, type Sources } from './observe.js';

/** Time between two looks that counts at most. */
const MAX_GAP_MS = 30_000;

/** What a look found that has to be written and told. Anything else was noted in the entry already. */
export interface Finding {
  readonly entry: RuleEntry;
  /** As it was; null when it is new. */
  readonly before: OpenAlert | null;
  /** As it is to be; null when it never fired and is over. */
  readonly after: AlertRecord | null;
  readonly action: 'WAIT' | 'FIRE' | 'RESOLVE' | 'DROP';
}

export function policyOf({ forMs, condition }: AlertRuleRecord): AdvancePolicy {
  return { forMs, patienceMs: patienceOf(condition), maxGapMs: MAX_GAP_MS };
}

/** Whether a rule is about a deployment. */
export function covers({ enabled, deployments }: AlertRuleRecord, name: string): boolean {
  return enabled && (deployments.length === 0 || deployments.includes(name));
}

/** Looks at one rule for one deployment that it covers. */
export function look(
  entry: RuleEntry,
  deployment: WatchedDeployment,
  {
    sources,
    policy,
    now,
  }: { readonly sources: Sources; readonly policy: AdvancePolicy; readonly now: number },
): Finding | null {
  const before = entry.open.get(deployment.id) ?? null;
  const observation = observe(entry.rule.condition, deployment, sources, now);
  const step = advance(before?.state ?? null, observation, policy, now);
  if (step.action === 'NONE') {
    if (before && step.state) entry.open.set(deployment.id, seen(before, step.state, observation));
    return null;
  }
  return finding({ entry, before, deployment, observation, step, now });
}

/** Ends what is open of a rule for a deployment that is gone, or that it no longer covers. */
export function end(entry: RuleEntry, before: OpenAlert, why: string, now: number): Finding {
  const firing = before.state.phase === 'FIRING';
  return {
    entry,
    before,
    action: firing ? 'RESOLVE' : 'DROP',
    after: firing ? resolved(entry.rule, before, why, now) : null,
  };
}

function finding(found: {
  readonly entry: RuleEntry;
  readonly before: OpenAlert | null;
  readonly deployment: WatchedDeployment;
  readonly observation: Observation;
  readonly step: Exclude<Step, { readonly action: 'NONE' }>;
  readonly now: number;
}): Finding | null {
  const { entry, before, deployment, observation, step, now } = found;
  const { rule } = entry;
  switch (step.action) {
    case 'DROP':
      return { entry, before, after: null, action: 'DROP' };
    case 'RESOLVE':
      return before && end(entry, before, observation.message(), now);
    case 'WAIT':
    case 'FIRE': {
      const { state } = step;
      const firing = state.phase === 'FIRING';
      const after: AlertRecord = {
        ...common(rule, deployment),
        id: before?.id ?? uuid7(now),
        state: state.phase,
        value: 'value' in observation ? observation.value : null,
        threshold: 'threshold' in observation ? observation.threshold : null,
        message: observation.message(),
        notified: false,
        firedAt: firing ? new Date(now) : null,
        resolvedAt: null,
        ...times(state),
      };
      return { entry, before, after, action: step.action };
    }
  }
}

function common(rule: AlertRuleRecord, deployment: { readonly id: string; readonly name: string }) {
  return {
    ruleId: rule.id,
    ruleName: rule.name,
    severity: rule.severity,
    deploymentId: deployment.id,
    deploymentName: deployment.name,
  };
}

function resolved(rule: AlertRuleRecord, before: OpenAlert, why: string, now: number): AlertRecord {
  const { id, deploymentId, deploymentName, value, threshold, notified, state } = before;
  return {
    ...common(rule, { id: deploymentId, name: deploymentName }),
    id,
    state: 'RESOLVED',
    value,
    threshold,
    message: why,
    notified,
    firedAt: state.firedAt === null ? null : new Date(state.firedAt),
    resolvedAt: new Date(now),
    ...times(state),
  };
}

/** A firing alert that is open, as a record. */
export function firingRecord(rule: AlertRuleRecord, alert: OpenAlert): AlertRecord {
  const { id, deploymentId, deploymentName, value, threshold, notified, state } = alert;
  return {
    ...common(rule, { id: deploymentId, name: deploymentName }),
    id,
    state: state.phase,
    value,
    threshold,
    message: alert.message(),
    notified,
    firedAt: state.firedAt === null ? null : new Date(state.firedAt),
    resolvedAt: null,
    ...times(state),
  };
}

function times({ since, heldMs, unknownMs, seenAt }: OpenState) {
  return {
    since: new Date(since),
    heldMs: Math.round(heldMs),
    unknownMs: Math.round(unknownMs),
    seenAt: new Date(seenAt),
  };
}

function seen(alert: OpenAlert, state: OpenState, observation: Observation): OpenAlert {
  return 'value' in observation
    ? {
        ...alert,
        state,
        value: observation.value,
        threshold: observation.threshold,
        message: observation.message,
      }
    : { ...alert, state };
}
