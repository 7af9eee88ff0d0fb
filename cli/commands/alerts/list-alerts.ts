import { AlertStateValues, ListAlerts } from '../../__generated__/operations.js';
import { readPages } from '../../api/pages.js';
import { defineCommand } from '../../command.js';
import { moment } from '../../terminal/format.js';
import { stack, table } from '../../terminal/layout.js';
import { LIMIT, limited } from '../list-limit.js';

export const listAlerts = defineCommand({
  name: 'alerts',
  summary: 'List alerts, newest first: what fires or is about to',
  positionals: {},
  options: {
    state: {
      kind: 'choices',
      choices: AlertStateValues,
      describe: 'Only in this state; may be given several times. Pending and firing when left out',
    },
    rule: { kind: 'text', describe: 'Only of this alert rule', completes: 'nothing' },
    deployment: { kind: 'text', describe: 'Only of this deployment', completes: 'deployment' },
    limit: LIMIT,
  },
  examples: [
    ['retort alerts', 'What is wrong now'],
    ['retort alerts --state resolved --deployment esol', 'What was wrong with a deployment'],
  ],
  output:
    '{alerts: [{id, state, severity, ruleName, deploymentName, value, threshold, message, since, firedAt, resolvedAt, silencedUntil}], hasMore}',
  async run({ state, rule, deployment, limit }, { api }) {
    const states = state.length > 0 ? state : (['PENDING', 'FIRING'] as const);
    const { nodes: alerts, hasMore } = await readPages(
      limit,
      async (page) => (await api.ask(ListAlerts, { filter: { states, rule, deployment }, ...page })).alerts,
    );
    const rows = alerts.map(({ since, severity, state: now, message, ruleName, silencedUntil }) => [
      moment(since),
      now === 'FIRING' && silencedUntil !== null ? 'FIRING (silent)' : now,
      severity,
      ruleName,
      message,
    ]);
    const text =
      rows.length === 0 ? 'No alert.' : table(['SINCE', 'STATE', 'SEVERITY', 'RULE', 'MESSAGE'], rows);
    return { json: { alerts, hasMore }, text: stack(text, limited(hasMore, limit)) };
  },
});
