import type { AlertCondition } from './rules/condition.js';

export type AlertState = 'PENDING' | 'FIRING' | 'RESOLVED';
export type AlertSeverity = 'INFO' | 'WARNING' | 'CRITICAL';

/** Where alerts are sent. */
export interface AlertWebhook {
  readonly url: string;
  /** The name of the secret that signs; its value is nowhere but in the operator's file. */
  readonly secret: string;
}

export interface AlertRuleRecord {
  readonly id: string;
  readonly name: string;
  readonly summary: string;
  readonly enabled: boolean;
  readonly severity: AlertSeverity;
  readonly condition: AlertCondition;
  /** Names; empty for all. */
  readonly deployments: readonly string[];
  /** How long the condition must hold before the alert fires, in milliseconds. */
  readonly forMs: number;
  readonly webhooks: readonly AlertWebhook[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly createdBy: string;
}

export interface AlertRecord {
  readonly id: string;
  /** Null when the rule was deleted since. */
  readonly ruleId: string | null;
  readonly ruleName: string;
  readonly deploymentId: string;
  readonly deploymentName: string;
  readonly state: AlertState;
  readonly severity: AlertSeverity;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly message: string;
  /** When the condition began to hold. */
  readonly since: Date;
  readonly firedAt: Date | null;
  readonly resolvedAt: Date | null;
  /** How long the condition was seen to hold while the alert was pending, in milliseconds. */
  readonly heldMs: number;
  /** For how long nothing was known, in milliseconds. */
  readonly unknownMs: number;
  /** When it was last evaluated, as far as it is written down. */
  readonly seenAt: Date;
  /** Whether webhooks were told that it fires. */
  readonly notified: boolean;
}

export interface SilenceRecord {
  readonly id: string;
  /** Null: of any rule. */
  readonly ruleId: string | null;
  /** Null: of any deployment. */
  readonly deploymentName: string | null;
  readonly until: Date;
  readonly reason: string;
  readonly createdBy: string;
}
