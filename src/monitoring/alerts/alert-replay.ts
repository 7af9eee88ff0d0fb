import { DomainError } from '../../platform/errors.js';
import type { Caller } from '../../security/index.js';
import type { RuleEntry } from './alert-book.js';
import type { WatchedDeployment } from './evaluation/metric-source.js';
import { replay, type ReplayResult } from './evaluation/replay.js';
import { storedHistory, type SeriesSource } from './evaluation/stored-history.js';
import { windowsOf, type AlertCondition } from './rules/condition.js';
import { readCondition, type ConditionInput } from './rules/condition-input.js';
import { describeCondition } from './rules/describe-condition.js';
import { durationText } from './rules/duration-text.js';
import { LONGEST_FOR_MS, LONGEST_WINDOW_MS } from './rules/limits.js';

type Given<T> = T | null | undefined;

export interface TestRule {
  /** The name of a rule, or in its place a condition. */
  readonly rule?: Given<string>;
  readonly condition?: Given<ConditionInput>;
  readonly forDuration?: Given<number>;
  readonly deployment: string;
  readonly since: Date;
  /** Now when left out. */
  readonly until?: Given<Date>;
}

export interface RuleTest extends ReplayResult {
  readonly since: Date;
  readonly until: Date;
  /** What was watched for, in words. */
  readonly condition: string;
}

/** Says when a rule would have fired, over what was measured. */
export class AlertReplay {
  constructor(
    private readonly parts: {
      /** Null: nothing is measured. */
      readonly metrics: SeriesSource | null;
      readonly loaded: () => Promise<void>;
      readonly requireRule: (name: string) => RuleEntry;
      /** @throws DomainError DEPLOYMENT_NOT_FOUND */
      readonly watched: (name: string) => Promise<WatchedDeployment>;
    },
  ) {}

  /** @throws DomainError ALERT_RULE_NOT_FOUND, DEPLOYMENT_NOT_FOUND, INVALID_ARGUMENT */
  async test(_: Caller, input: TestRule): Promise<RuleTest> {
    await this.parts.loaded();
    const { condition, forMs } = this.ruleOf(input);
    const deployment = await this.parts.watched(input.deployment);
    const { since, until } = spanOf(input);
    if (condition.kind === 'DRIFT' || (condition.kind === 'THRESHOLD' && condition.metric === 'DRIFT'))
      throw new DomainError(
        'INVALID_ARGUMENT',
        'Drift is told of what comes in now and not kept, so a rule about it cannot be tested on the past.',
        { field: ['rule'] },
      );
    if (condition.kind === 'EVALUATION')
      throw new DomainError(
        'INVALID_ARGUMENT',
        'What a version was measured to be does not follow what it was asked, so a rule about it cannot be tested on the past. Version.evaluations has every value.',
        { field: ['rule'] },
      );
    const windows = windowsOf(condition);
    const lookback = Math.max(0, ...windows.map(({ windowMs, agoMs }) => windowMs + agoMs));
    const { metrics } = this.parts;
    if (!metrics)
      throw new DomainError(
        'INVALID_ARGUMENT',
        'There is nothing to test a rule on: this server measures nothing (RETORT_METRICS=false).',
      );
    const history = await storedHistory(metrics, deployment.name, since - lookback, until);
    const shortest = Math.min(...windows.map(({ windowMs }) => windowMs));
    if (shortest < history.resolutionMs)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `What was measured then is kept by ${durationText(history.resolutionMs)}, and the rule looks at ${durationText(shortest)}. Choose a later "since".`,
        { field: ['since'] },
      );
    const result = await replay({ condition, forMs }, deployment, history, { since, until });
    return {
      ...result,
      since: new Date(since),
      until: new Date(until),
      condition: describeCondition(condition),
    };
  }

  private ruleOf({ rule, condition, forDuration }: TestRule): { condition: AlertCondition; forMs: number } {
    if ((rule == null) === (condition == null))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected either the name of a rule or a condition, got ${rule == null ? 'neither' : 'both'}.`,
        { field: ['rule'] },
      );
    if (forDuration != null && !(forDuration >= 0 && forDuration <= LONGEST_FOR_MS))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected forDuration of at most ${durationText(LONGEST_FOR_MS)}, got ${durationText(forDuration)}.`,
        { field: ['forDuration'] },
      );
    if (condition != null) return { condition: readCondition(condition), forMs: forDuration ?? 0 };
    const { rule: found } = this.parts.requireRule(rule ?? '');
    return { condition: found.condition, forMs: forDuration ?? found.forMs };
  }
}

function spanOf(input: TestRule): { since: number; until: number } {
  const now = Date.now();
  const since = input.since.getTime();
  const until = Math.min(now, input.until?.getTime() ?? now);
  if (since >= until)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected "since" before "until" and before now, got ${input.since.toISOString()} and ${new Date(until).toISOString()}.`,
      { field: ['since'] },
    );
  if (until - since > LONGEST_WINDOW_MS)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected at most ${durationText(LONGEST_WINDOW_MS)} to look at, got ${durationText(until - since)}.`,
      { field: ['since'] },
    );
  return { since, until };
}
