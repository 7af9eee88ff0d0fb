import type { AlertRecord, AlertRuleRecord } from '../alert-records.js';
import type { NewDelivery } from './delivery-store.js';

/** What one call tells at most; more alerts of a rule take more calls. */
const MAX_ALERTS = 200;

/** Alerts of one rule that changed together: one call for each of its webhooks. */
export function deliveriesOf(
  { id, name, summary, severity, webhooks }: AlertRuleRecord,
  alerts: readonly AlertRecord[],
  at: Date,
): NewDelivery[] {
  const deliveries: NewDelivery[] = [];
  for (let start = 0; start < alerts.length; start += MAX_ALERTS) {
    const body = JSON.stringify({
      at: at.toISOString(),
      rule: { name, summary, severity },
      alerts: alerts.slice(start, start + MAX_ALERTS).map(toBody),
    });
    for (const { url, secret } of webhooks)
      deliveries.push({ ruleId: id, ruleName: name, url, secret, body });
  }
  return deliveries;
}

function toBody(alert: AlertRecord) {
  const { id, state, deploymentName, value, threshold, message, since, firedAt, resolvedAt } = alert;
  return {
    id,
    state,
    deployment: deploymentName,
    value,
    threshold,
    message,
    since: since.toISOString(),
    firedAt: firedAt?.toISOString() ?? null,
    resolvedAt: resolvedAt?.toISOString() ?? null,
  };
}
