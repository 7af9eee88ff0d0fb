import type { AlertRecord, AlertRuleRecord, SilenceRecord } from './alert-records.js';
import type { OpenState } from './evaluation/advance.js';
import type { SilenceScope } from './silence-store.js';

/** An alert that is pending or firing, as it was seen last. */
export interface OpenAlert {
  readonly id: string;
  readonly deploymentId: string;
  readonly deploymentName: string;
  readonly state: OpenState;
  readonly notified: boolean;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly message: () => string;
}

/** A rule, and what is open of it by the deployment's id. */
export interface RuleEntry {
  readonly rule: AlertRuleRecord;
  readonly open: Map<string, OpenAlert>;
}

/** What the database holds of rules, open alerts and silences, in memory: looked through every few seconds. */
export class AlertBook {
  private readonly entries = new Map<string, RuleEntry>();
  private silences: SilenceRecord[] = [];

  get rules(): Iterable<RuleEntry> {
    return this.entries.values();
  }

  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  load(
    rules: readonly AlertRuleRecord[],
    open: readonly AlertRecord[],
    silences: readonly SilenceRecord[],
  ): void {
    this.entries.clear();
    for (const rule of rules) this.entries.set(rule.id, { rule, open: new Map() });
    for (const alert of open)
      if (alert.ruleId !== null)
        this.entries.get(alert.ruleId)?.open.set(alert.deploymentId, toOpenAlert(alert));
    this.silences = [...silences];
  }

  setRule(rule: AlertRuleRecord): void {
    this.entries.set(rule.id, {
      rule,
      open: this.entries.get(rule.id)?.open ?? new Map<string, OpenAlert>(),
    });
  }

  removeRule(id: string): void {
    this.entries.delete(id);
    this.silences = this.silences.filter(({ ruleId }) => ruleId !== id);
  }

  /** Undefined when there is none. */
  entry(ruleId: string): RuleEntry | undefined {
    return this.entries.get(ruleId);
  }

  setSilence(silence: SilenceRecord): void {
    this.liftSilence(silence);
    this.silences.push(silence);
  }

  liftSilence(scope: SilenceScope): void {
    this.silences = this.silences.filter((silence) => !isOf(silence, scope));
  }

  hasSilence(scope: SilenceScope, now: Date): boolean {
    return this.silences.some((silence) => silence.until > now && isOf(silence, scope));
  }

  /** Alerts that fire, of the rule, or of the deployment, or of both together. */
  firing({ ruleId, deploymentName }: SilenceScope): OpenAlert[] {
    return [...this.entries.values()]
      .filter(({ rule }) => ruleId === null || rule.id === ruleId)
      .flatMap(({ open }) => [...open.values()])
      .filter(
        (alert) =>
          alert.state.phase === 'FIRING' &&
          (deploymentName === null || alert.deploymentName === deploymentName),
      );
  }

  /** Until when nobody is told; null when somebody is. */
  silencedUntil(ruleId: string | null, deploymentName: string, now: Date): Date | null {
    return latest(
      this.silences.filter(
        (silence) =>
          silence.until > now &&
          (silence.ruleId === null || silence.ruleId === ruleId) &&
          (silence.deploymentName === null || silence.deploymentName === deploymentName),
      ),
    );
  }

  /** Until when the rule is silent for all its deployments; null when it is not. */
  ruleSilencedUntil(id: string, now: Date): Date | null {
    return latest(
      this.silences.filter(
        ({ ruleId, deploymentName, until }) => ruleId === id && deploymentName === null && until > now,
      ),
    );
  }

  dropOldSilences(now: Date): void {
    if (this.silences.some(({ until }) => until <= now))
      this.silences = this.silences.filter(({ until }) => until > now);
  }
}

function latest(silences: readonly SilenceRecord[]): Date | null {
  return silences.reduce<Date | null>(
    (last, { until }) => (last === null || until > last ? until : last),
    null,
  );
}

function isOf(silence: SilenceScope, scope: SilenceScope): boolean {
  return silence.ruleId === scope.ruleId && silence.deploymentName === scope.deploymentName;
}

export function toOpenAlert(alert: AlertRecord): OpenAlert {
  const { id, deploymentId, deploymentName, notified, value, threshold, message } = alert;
  return {
    id,
    deploymentId,
    deploymentName,
    notified,
    value,
    threshold,
    message: () => message,
    state: {
      phase: alert.state === 'FIRING' ? 'FIRING' : 'PENDING',
      since: alert.since.getTime(),
      firedAt: alert.firedAt?.getTime() ?? null,
      heldMs: alert.heldMs,
      unknownMs: alert.unknownMs,
      seenAt: alert.seenAt.getTime(),
    },
  };
}
