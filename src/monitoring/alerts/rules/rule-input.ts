import { checkName, quoted } from '../../../catalog/index.js';
import { DomainError } from '../../../platform/errors.js';
import { similarNames } from '../../../platform/similar-names.js';
import type { SecretsFile } from '../../../platform/secrets-file.js';
import type { AlertSeverity, AlertWebhook } from '../alert-records.js';
import type { WebhookAddresses } from '../webhooks/webhook-address.js';
import type { RuleFields } from './alert-rule-store.js';
import { readCondition, type ConditionInput } from './condition-input.js';
import { durationText } from './duration-text.js';
import { LONGEST_FOR_MS, LONGEST_WINDOW_MS, MAX_DEPLOYMENTS, MAX_WEBHOOKS } from './limits.js';
import { checkText } from '../../../platform/text/check-text.js';

type Given<T> = T | null | undefined;

/** What a rule is made of; durations are in milliseconds. */
export interface RuleParts {
  readonly summary?: Given<string>;
  readonly enabled?: Given<boolean>;
  readonly severity?: Given<AlertSeverity>;
  readonly condition?: Given<ConditionInput>;
  readonly deployments?: Given<readonly string[]>;
  readonly forDuration?: Given<number>;
  readonly webhooks?: Given<readonly AlertWebhook[]>;
}

const MAX_SUMMARY = 1_000;
/** HMAC is as strong as its key: 16 characters are what keys of this server have, too. */
const MIN_SECRET = 16;

export type RuleDefaults = Omit<RuleFields, 'name' | 'condition'>;
export const NEW_RULE: RuleDefaults = {
  summary: '',
  enabled: true,
  severity: 'WARNING',
  deployments: [],
  forMs: 0,
  webhooks: [],
};

/** Checks what a caller says a rule is. */
export class RuleReader {
  constructor(
    private readonly parts: {
      readonly addresses: WebhookAddresses;
      readonly secrets: SecretsFile;
      /** For how long metrics are kept, in milliseconds; null: nothing is measured. */
      readonly measuredMs: number | null;
      /** Finds the names that are no deployments. */
      readonly unknownDeployments: (names: readonly string[]) => Promise<DomainError | null>;
    },
  ) {}

  /**
   * What is left out stays as `before` has it, and null is the default.
   *
   * @throws DomainError INVALID_NAME, INVALID_ARGUMENT, DEPLOYMENT_NOT_FOUND, SECRET_NOT_FOUND
   */
  async read(
    name: string,
    given: RuleParts,
    before: RuleDefaults & Partial<Pick<RuleFields, 'condition'>>,
  ): Promise<RuleFields> {
    checkName('alert rule', name, ['name']);
    const { measuredMs } = this.parts;
    const longestMs = Math.min(LONGEST_WINDOW_MS, measuredMs ?? LONGEST_WINDOW_MS);
    const condition = given.condition ? readCondition(given.condition, longestMs) : before.condition;
    if (!condition)
      throw new DomainError('INVALID_ARGUMENT', 'Expected a condition to watch for, got none.', {
        field: ['condition'],
      });
    if (measuredMs === null && condition.kind !== 'STALENESS' && condition.kind !== 'DRIFT')
      throw new DomainError(
        'INVALID_ARGUMENT',
        'Expected a condition about drift or staleness: this server measures nothing else (RETORT_METRICS=false).',
        { field: ['condition'] },
      );
    const pick = <T>(value: Given<T>, kept: T, usual: T): T =>
      value === undefined ? kept : (value ?? usual);
    const deployments = [...new Set(pick(given.deployments, before.deployments, []))];
    const webhooks = pick(given.webhooks, before.webhooks, []);
    const fields = {
      name,
      condition,
      summary: checkText(pick(given.summary, before.summary, ''), ['summary'], { max: MAX_SUMMARY }),
      enabled: pick(given.enabled, before.enabled, true),
      severity: pick(given.severity, before.severity, 'WARNING'),
      forMs: checkFor(pick(given.forDuration, before.forMs, 0)),
      deployments,
      webhooks: webhooks.map(({ url, secret }) => ({ url, secret })),
    };
    if (given.deployments) await this.checkDeployments(deployments);
    if (given.webhooks) await this.checkWebhooks(webhooks);
    return fields;
  }

  private async checkDeployments(names: readonly string[]): Promise<void> {
    if (names.length > MAX_DEPLOYMENTS)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected at most ${MAX_DEPLOYMENTS} deployments, got ${names.length}. Leave them out to watch all.`,
        { field: ['deployments'] },
      );
    const problem = await this.parts.unknownDeployments(names);
    if (problem) throw problem;
  }

  private async checkWebhooks(webhooks: readonly AlertWebhook[]): Promise<void> {
    if (webhooks.length > MAX_WEBHOOKS)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected at most ${MAX_WEBHOOKS} webhooks, got ${webhooks.length}.`,
        { field: ['webhooks'] },
      );
    for (const [index, { url, secret }] of webhooks.entries()) {
      const field = ['webhooks', String(index)];
      this.parts.addresses.read(url, [...field, 'url']);
      if (webhooks.findIndex((other) => other.url === url) < index)
        throw new DomainError('INVALID_ARGUMENT', 'Expected each address once; this one is there twice.', {
          field: [...field, 'url'],
        });
      await this.checkSecret(secret, [...field, 'secret']);
    }
  }

  private async checkSecret(name: string, field: readonly string[]): Promise<void> {
    const { secrets } = this.parts;
    const refuse = (message: string, cause?: unknown) =>
      new DomainError('SECRET_NOT_FOUND', message, { field, cause });
    if (!secrets.isConfigured)
      throw refuse(
        `Webhooks are signed, and this server has no secrets to sign with. Its operator names a file of them in RETORT_SECRETS_FILE; give the name of one of them here, never its value.`,
      );
    const [value, names] = await Promise.all([secrets.find(name), secrets.names()]).catch(
      (error: unknown) => {
        throw refuse(`The secrets of this server cannot be read now: ${messageOf(error)}`, error);
      },
    );
    if (value === null) {
      const near = similarNames(name, names, 1).map((other) => ` Did you mean ${quoted(other)}?`);
      // Somebody may have given the value in place of the name, so what came is not repeated.
      throw refuse(
        `There is no secret of this name in the operator's file. ${names.length === 0 ? 'There is none at all.' : `There are ${names.slice(0, 20).map(quoted).join(', ')}.`}${near.join('')}`,
      );
    }
    if (value.length < MIN_SECRET)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected a secret of at least ${MIN_SECRET} characters to sign with; ${quoted(name)} has fewer. Make one, for example with: openssl rand -hex 24`,
        { field },
      );
  }
}

function checkFor(ms: number): number {
  if (ms >= 0 && ms <= LONGEST_FOR_MS) return ms;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected forDuration of at most ${durationText(LONGEST_FOR_MS)}, got ${durationText(ms)}.`,
    { field: ['forDuration'] },
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
