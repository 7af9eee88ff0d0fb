import type { AlertRuleRecord, AlertWebhook } from '../monitoring/index.js';

/** A webhook with its rule, by which it is known how its calls went. */
export interface AlertWebhookOfRule extends AlertWebhook {
  readonly ruleId: string;
}

export function webhooksOf({ id, webhooks }: AlertRuleRecord): AlertWebhookOfRule[] {
  return webhooks.map((webhook) => ({ ...webhook, ruleId: id }));
}
