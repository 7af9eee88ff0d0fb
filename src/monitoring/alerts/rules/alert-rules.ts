import { type Window } from '../../../catalog/index.js';
import { DomainError } from '../../../platform/errors.js';
import type { EventLog } from '../../../platform/events/index.js';
import { similarNames } from '../../../platform/similar-names.js';
import type { Turns } from '../../../platform/turns.js';
import { uuid7 } from '../../../platform/uuid7.js';
import type { Caller } from '../../../security/index.js';
import type { AlertBook, RuleEntry } from '../alert-book.js';
import { ruleChanged } from '../alert-events.js';
import type { AlertRuleRecord } from '../alert-records.js';
import type { AlertEvaluator } from '../evaluation/alert-evaluator.js';
import { covers, end, type Finding } from '../evaluation/look.js';
import type { DeliveryStore } from '../webhooks/delivery-store.js';
import type { AlertRuleStore } from './alert-rule-store.js';
import { MAX_RULES } from './limits.js';
import { NEW_RULE, type RuleParts, type RuleReader } from './rule-input.js';
import { checkReason } from '../../../platform/text/check-text.js';

type Given<T> = T | null | undefined;

export interface CreateRule extends RuleParts {
  readonly name: string;
  readonly reason?: Given<string>;
}

export interface UpdateRule extends RuleParts {
  /** The name it has. */
  readonly rule: string;
  /** The name it is to have. */
  readonly name?: Given<string>;
  readonly reason?: Given<string>;
}

export interface DeleteRule {
  readonly rule: string;
  readonly reason?: Given<string>;
}

/** The rules: one after the other with the looks, so that none is judged by what it no longer says. */
export class AlertRules {
  constructor(
    private readonly parts: {
      readonly store: AlertRuleStore;
      readonly deliveries: DeliveryStore;
      readonly book: AlertBook;
      readonly reader: RuleReader;
      readonly evaluator: AlertEvaluator;
      readonly events: EventLog;
      readonly turns: Turns;
      /** Brings the book up to date, where it is not. */
      readonly loaded: () => Promise<void>;
    },
  ) {}

  /** @throws DomainError INVALID_NAME, INVALID_ARGUMENT, NAME_TAKEN, DEPLOYMENT_NOT_FOUND, SECRET_NOT_FOUND */
  async create(caller: Caller, { name, reason, ...given }: CreateRule): Promise<AlertRuleRecord> {
    const { store, book, reader, events } = this.parts;
    const why = checkReason(reason);
    const fields = await reader.read(name, given, NEW_RULE);
    return this.inTurn(async () => {
      if ([...book.rules].length >= MAX_RULES)
        throw new DomainError(
          'INVALID_ARGUMENT',
          `Expected at most ${MAX_RULES} alert rules. Delete one first.`,
        );
      const rule = await events.transaction(async (tx) => {
        const added = await store.add(tx, uuid7(), fields, caller.actor);
        return { result: added, events: [ruleChanged(caller, 'CREATED', added, why)] };
      });
      book.setRule(rule);
      return rule;
    });
  }

  /** @throws DomainError ALERT_RULE_NOT_FOUND, and as `create` */
  async update(
    caller: Caller,
    { rule: named, name, reason, ...given }: UpdateRule,
  ): Promise<AlertRuleRecord> {
    const { store, deliveries, book, reader, events, evaluator } = this.parts;
    const why = checkReason(reason);
    await this.parts.loaded();
    const { rule: before } = this.require(named, ['rule']);
    if (given.condition === null)
      throw new DomainError(
        'INVALID_ARGUMENT',
        'Expected a condition, or none to leave it as it is; got null.',
        {
          field: ['condition'],
        },
      );
    const fields = await reader.read(name ?? before.name, given, before);
    return this.inTurn(async () => {
      const entry = this.require(named, ['rule']);
      const rule = await events.transaction(async (tx) => {
        const changed = await store.change(tx, entry.rule.id, fields);
        await deliveries.cancel(
          tx,
          changed.id,
          changed.webhooks.map(({ url }) => url),
        );
        return { result: changed, events: [ruleChanged(caller, 'UPDATED', changed, why)] };
      });
      book.setRule(rule);
      const meansElse = JSON.stringify(rule.condition) !== JSON.stringify(before.condition);
      await evaluator.commit(endsOf(book.entry(rule.id), rule, meansElse), Date.now());
      return rule;
    });
  }

  /** What is open of it is resolved. @throws DomainError ALERT_RULE_NOT_FOUND, INVALID_ARGUMENT */
  async remove(caller: Caller, { rule: named, reason }: DeleteRule): Promise<AlertRuleRecord> {
    const { store, book, events, evaluator } = this.parts;
    const why = checkReason(reason);
    return this.inTurn(async () => {
      const entry = this.require(named, ['rule']);
      const now = Date.now();
      const ends = [...entry.open.values()].map((alert) => end(entry, alert, 'the rule was deleted', now));
      await evaluator.commit(ends, now);
      await events.transaction(async (tx) => {
        await store.remove(tx, entry.rule.id);
        return { result: undefined, events: [ruleChanged(caller, 'DELETED', entry.rule, why)] };
      });
      book.removeRule(entry.rule.id);
      return entry.rule;
    });
  }

  page(window: Window<string>): Promise<AlertRuleRecord[]> {
    return this.parts.store.page(window);
  }

  count(): Promise<number> {
    return this.parts.store.count();
  }

  byIds(ids: readonly string[]): Promise<AlertRuleRecord[]> {
    return this.parts.store.byIds(ids);
  }

  /** @throws DomainError ALERT_RULE_NOT_FOUND */
  require(name: string, field: readonly string[]): RuleEntry {
    const entries = [...this.parts.book.rules];
    const found = entries.find(({ rule }) => rule.name === name);
    if (found) return found;
    const names = entries.map(({ rule }) => rule.name).sort();
    const near = similarNames(name, names);
    const shown = (near.length > 0 ? near : names.slice(0, 10)).map((other) => JSON.stringify(other));
    throw new DomainError(
      'ALERT_RULE_NOT_FOUND',
      `There is no alert rule ${JSON.stringify(name.slice(0, 80))}. ${names.length === 0 ? 'There is none at all: make one with createAlertRule.' : near.length > 0 ? `Did you mean ${shown.join(' or ')}?` : `There are ${shown.join(', ')}.`}`,
      { field },
    );
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.parts.turns.run(async () => {
      await this.parts.loaded();
      return work();
    });
  }
}

/** What a changed rule ends: what it watches no longer, and what was pending under another condition. */
function endsOf(entry: RuleEntry | undefined, rule: AlertRuleRecord, meansElse: boolean): Finding[] {
  if (!entry) return [];
  const now = Date.now();
  return [...entry.open.values()].flatMap((alert) => {
    const { deploymentName: name } = alert;
    if (!rule.enabled) return [end(entry, alert, 'the rule was switched off', now)];
    if (!covers(rule, name)) return [end(entry, alert, `the rule does not watch ${name} any more`, now)];
    return meansElse && alert.state.phase === 'PENDING'
      ? [end(entry, alert, 'the rule was changed', now)]
      : [];
  });
}
