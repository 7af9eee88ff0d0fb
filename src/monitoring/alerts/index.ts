import './error-codes.js';
export type {
  AlertRecord,
  AlertRuleRecord,
  AlertSeverity,
  AlertState,
  AlertWebhook,
} from './alert-records.js';
export type { RuleTest } from './alert-replay.js';
export { AlertService, type AlertTrials } from './alert-service.js';
export type { AlertFilter } from './alert-store.js';
export type { Firing } from './evaluation/replay.js';
export type { AlertCondition, AlertMetric } from './rules/condition.js';
export { describeCondition } from './rules/describe-condition.js';
export type { WebhookRecord } from './webhooks/delivery-store.js';
