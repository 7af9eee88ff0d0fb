import type { AlertRecord } from '../monitoring/index.js';
import type { RequestContext } from './context.js';
import { endingAtOnce } from './ending-at-once.js';

/** Alerts that changed, told by the events of that: a client that reads slowly holds no memory. */
export function streamAlerts(
  { alerts, events, signal }: Pick<RequestContext, 'alerts' | 'events' | 'signal'>,
  deployment: string | undefined,
): AsyncIterableIterator<AlertRecord, void, void> {
  const kinds = ['ALERT_FIRED', 'ALERT_RESOLVED', 'ALERT_SILENCED'] as const;
  return endingAtOnce(async function* (ended) {
    for await (const { data } of events.subscribe({ filter: { kinds }, signal: ended })) {
      const ids = Array.isArray(data.alertIds) ? data.alertIds.filter((id) => typeof id === 'string') : [];
      for (const alert of await alerts.byIds(ids))
        if (deployment === undefined || alert.deploymentName === deployment) yield alert;
    }
  }, signal);
}
