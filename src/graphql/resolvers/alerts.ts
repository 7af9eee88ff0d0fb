import { describeCondition, type AlertCondition, type AlertRecord } from '../../monitoring/index.js';
import type { Resolvers } from '../__generated__/resolvers.js';
import { streamAlerts } from '../alert-stream.js';
import { webhooksOf, type AlertWebhookOfRule } from '../alert-webhook.js';
import { connect } from '../connections.js';
import type { RequestContext } from '../context.js';
import { payload } from '../http/payload.js';
import { encodeNodeId } from '../node-id.js';
import { alertCursors, alertRuleCursors } from '../positions.js';

export const alertResolvers = {
  Query: {
    alerts: (_, { filter, ...page }, { alerts }) => {
      const wanted = {
        states: filter?.states ?? undefined,
        severities: filter?.severities ?? undefined,
        deployment: filter?.deployment ?? undefined,
        rule: filter?.rule ?? undefined,
      };
      return connect(page, {
        cursors: alertCursors,
        position: ({ id }) => id,
        page: (window) => alerts.page(wanted, window),
        count: () => alerts.count(wanted),
      });
    },
    alertRules: (_, page, { alerts }) =>
      connect(page, {
        cursors: alertRuleCursors,
        position: ({ name }) => name,
        page: (window) => alerts.rules.page(window),
        count: () => alerts.rules.count(),
      }),
  },
  Mutation: {
    createAlertRule: (_, { input }, { caller, alerts }) =>
      payload({ alertRule: null }, async () => ({ alertRule: await alerts.rules.create(caller, input) })),
    updateAlertRule: (_, { input }, { caller, alerts }) =>
      payload({ alertRule: null }, async () => ({ alertRule: await alerts.rules.update(caller, input) })),
    deleteAlertRule: (_, { input }, { caller, alerts }) =>
      payload({ alertRule: null }, async () => ({ alertRule: await alerts.rules.remove(caller, input) })),
    silenceAlerts: (_, { input }, context) =>
      silenced(context, ({ silences }, caller) => silences.silence(caller, input)),
    unsilenceAlerts: (_, { input }, context) =>
      silenced(context, ({ silences }, caller) => silences.unsilence(caller, input)),
    testAlertRule: (_, { input }, { caller, alerts }) =>
      payload({ test: null }, async () => ({ test: await alerts.replay.test(caller, input) })),
  },
  Subscription: {
    alerts: {
      subscribe: (_, { deployment }, context) => streamAlerts(context, deployment ?? undefined),
      resolve: (alert: AlertRecord) => alert,
    },
  },
  AlertRule: {
    id: ({ id }) => encodeNodeId('AlertRule', id),
    forDuration: ({ forMs }) => forMs,
    webhooks: webhooksOf,
    silencedUntil: ({ id }, _, { alerts }) => alerts.ruleSilencedUntil(id),
    alerts: ({ id }, _, { loaders }) => loaders.openAlertsOfRule.load(id),
  },
  AlertWebhook: {
    lastDeliveredAt: async (webhook, _, context) =>
      (await stateOf(webhook, context))?.lastDeliveredAt ?? null,
    problem: async (webhook, _, context) => (await stateOf(webhook, context))?.problem ?? null,
    waitingCount: async (webhook, _, context) => (await stateOf(webhook, context))?.waiting ?? 0,
  },
  AlertCondition: {
    text: describeCondition,
    threshold: (condition) => {
      const found = only(condition, 'THRESHOLD');
      return found && { ...found, window: found.windowMs };
    },
    rateOfChange: (condition) => {
      const found = only(condition, 'RATE_OF_CHANGE');
      return found && { ...found, window: found.windowMs, compareTo: found.compareToMs };
    },
    burnRate: (condition) => {
      const found = only(condition, 'BURN_RATE');
      return found && { ...found, longWindow: found.longWindowMs, shortWindow: found.shortWindowMs };
    },
    drift: (condition) => {
      const found = only(condition, 'DRIFT');
      return found && { window: found.windowMs };
    },
    noTraffic: (condition) => {
      const found = only(condition, 'NO_TRAFFIC');
      return found && { window: found.windowMs };
    },
    evaluation: (condition) => only(condition, 'EVALUATION'),
    staleness: (condition) => {
      const found = only(condition, 'STALENESS');
      return found && { maxAge: found.maxAgeMs };
    },
  },
  Alert: {
    id: ({ id }) => encodeNodeId('Alert', id),
    rule: ({ ruleId }, _, { loaders }) => (ruleId === null ? null : loaders.alertRule.load(ruleId)),
    deployment: ({ deploymentId }, _, { loaders }) => loaders.deployment.load(deploymentId),
    silencedUntil: (alert, _, { alerts }) =>
      alert.state === 'RESOLVED' ? null : alerts.silencedUntil(alert),
  },
  AlertRuleTest: { resolution: ({ stepMs }) => stepMs, lookCount: ({ looks }) => looks },
} satisfies Resolvers;

function silenced(
  { alerts, caller }: RequestContext,
  work: (service: RequestContext['alerts'], caller: RequestContext['caller']) => Promise<string[]>,
) {
  return payload({ alerts: null }, async () => ({ alerts: await alerts.byIds(await work(alerts, caller)) }));
}

async function stateOf({ ruleId, url }: AlertWebhookOfRule, { loaders }: RequestContext) {
  return (await loaders.webhooksOfRule.load(ruleId)).find((webhook) => webhook.url === url);
}

function only<Kind extends AlertCondition['kind']>(
  condition: AlertCondition,
  kind: Kind,
): Extract<AlertCondition, { kind: Kind }> | null {
  return condition.kind === kind ? (condition as Extract<AlertCondition, { kind: Kind }>) : null;
}
