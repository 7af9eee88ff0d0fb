import { DomainError } from '../../platform/errors.js';
import type { EventLog } from '../../platform/events/index.js';
import type { Turns } from '../../platform/turns.js';
import { uuid7 } from '../../platform/uuid7.js';
import type { Caller } from '../../security/index.js';
import type { AlertBook, RuleEntry } from './alert-book.js';
import { alertsSilenced } from './alert-events.js';
import type { SilenceRecord } from './alert-records.js';
import { LONGEST_SILENCE_MS } from './rules/limits.js';
import type { SilenceScope, SilenceStore } from './silence-store.js';
import { checkReason, checkText } from '../../platform/text/check-text.js';

type Given<T> = T | null | undefined;

export interface SilenceTarget {
  readonly rule?: Given<string>;
  readonly deployment?: Given<string>;
}

export interface SilenceAlerts extends SilenceTarget {
  readonly until: Date;
  readonly reason: string;
}

export interface UnsilenceAlerts extends SilenceTarget {
  readonly reason?: Given<string>;
}

/** Stretches of time in which webhooks are told of no alert that fires. Events go on. */
export class AlertSilences {
  constructor(
    private readonly parts: {
      readonly store: SilenceStore;
      readonly book: AlertBook;
      readonly events: EventLog;
      readonly turns: Turns;
      readonly loaded: () => Promise<void>;
      readonly requireRule: (name: string) => RuleEntry;
      /** @throws DomainError DEPLOYMENT_NOT_FOUND */
      readonly requireDeployment: (name: string) => Promise<{ readonly id: string; readonly name: string }>;
    },
  ) {}

  /**
   * Takes the place of an earlier silence of the same rule and deployment.
   *
   * @returns ids of the alerts that fire and are silent now
   * @throws DomainError INVALID_ARGUMENT, ALERT_RULE_NOT_FOUND, DEPLOYMENT_NOT_FOUND
   */
  async silence(caller: Caller, { until, reason: given, ...target }: SilenceAlerts): Promise<string[]> {
    const reason = checkText(given, ['reason'], { min: 1, max: 1_000 });
    const now = Date.now();
    if (until.getTime() <= now)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected a time to come, got ${until.toISOString()}; it is ${new Date(now).toISOString()}. To end a silence, use unsilenceAlerts.`,
        { field: ['until'] },
      );
    if (until.getTime() > now + LONGEST_SILENCE_MS)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected a time within a year, got ${until.toISOString()}. For good, switch the rule off: updateAlertRule(enabled: false).`,
        { field: ['until'] },
      );
    return this.change(caller, target, until, reason);
  }

  /** @throws DomainError INVALID_ARGUMENT when nothing was silent, ALERT_RULE_NOT_FOUND, DEPLOYMENT_NOT_FOUND */
  async unsilence(caller: Caller, { reason, ...target }: UnsilenceAlerts): Promise<string[]> {
    return this.change(caller, target, null, checkReason(reason));
  }

  private async change(
    caller: Caller,
    target: SilenceTarget,
    until: Date | null,
    reason: string | null,
  ): Promise<string[]> {
    const { store, book, events, turns } = this.parts;
    if (target.rule == null && target.deployment == null)
      throw new DomainError('INVALID_ARGUMENT', 'Expected a rule, a deployment, or both, got neither.', {
        field: ['rule'],
      });
    const deployment =
      target.deployment == null ? null : await this.parts.requireDeployment(target.deployment);
    return turns.run(async () => {
      await this.parts.loaded();
      const entry = target.rule == null ? null : this.parts.requireRule(target.rule);
      const scope: SilenceScope = {
        ruleId: entry?.rule.id ?? null,
        deploymentName: deployment?.name ?? null,
      };
      if (until === null && !book.hasSilence(scope, new Date()))
        throw new DomainError(
          'INVALID_ARGUMENT',
          'Expected the rule and deployment of a silence that lasts, exactly as it was asked for; there is none.',
          { field: [target.rule == null ? 'deployment' : 'rule'] },
        );
      const alerts = book.firing(scope);
      const silence: SilenceRecord | null = until && {
        id: uuid7(),
        ...scope,
        until,
        reason: reason ?? '',
        createdBy: caller.actor,
      };
      await events.transaction(async (tx) => {
        if (silence) await store.set(tx, silence);
        else await store.remove(tx, scope);
        const event = alertsSilenced({
          rule: entry?.rule ?? null,
          deployment,
          until,
          alerts,
          reason,
          caller,
        });
        return { result: undefined, events: [event] };
      });
      if (silence) book.setSilence(silence);
      else book.liftSilence(scope);
      return alerts.map(({ id }) => id);
    });
  }
}
