import { SilenceAlerts, UnsilenceAlerts } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';
import { wrongUsage } from '../../failure.js';
import { moment, plural } from '../../terminal/format.js';

const HOUR_MS = 3_600_000;

export const silence = defineCommand({
  name: 'silence',
  summary: 'For a while, tell webhooks of no alert of a rule, of a deployment, or of both together',
  positionals: {},
  options: {
    rule: { kind: 'text', describe: 'The alert rule', completes: 'nothing' },
    deployment: { kind: 'text', describe: 'The deployment', completes: 'deployment' },
    hours: { kind: 'number', min: 0.01, max: 8_760, describe: 'For how long' },
    end: { kind: 'flag', describe: 'End the silence instead' },
    reason: { kind: 'text', describe: 'Why, for the history; needed with --hours' },
  },
  examples: [
    [
      'retort silence --deployment esol --hours 2 --reason "moving the database"',
      'Nobody is woken for two hours',
    ],
    ['retort silence --deployment esol --end', 'And again they are'],
  ],
  output: '{alerts: [{ruleName, deploymentName, silencedUntil}]}: those that fire now and are affected',
  notes: 'Events and `retort alerts` go on. What still fires when the silence ends is told then.',
  async run({ rule, deployment, hours, end, reason }, { api }) {
    if (end === (hours !== undefined)) throw wrongUsage('Expected either --hours or --end.');
    if (hours !== undefined && reason === undefined)
      throw wrongUsage('Expected --reason: why nobody is to be told.');
    if (hours === undefined) {
      const { unsilenceAlerts } = await api.ask(UnsilenceAlerts, { input: { rule, deployment, reason } });
      const alerts = accepted(unsilenceAlerts, 'alerts');
      return { json: { alerts }, text: `No longer silent. ${count(alerts.length)}` };
    }
    const until = new Date(Date.now() + hours * HOUR_MS).toISOString();
    const input = { rule, deployment, until, reason: reason ?? '' };
    const alerts = accepted((await api.ask(SilenceAlerts, { input })).silenceAlerts, 'alerts');
    return { json: { alerts }, text: `Silent until ${moment(until)}. ${count(alerts.length)}` };
  },
});

function count(alerts: number): string {
  return `${plural(alerts, 'alert')} of it ${alerts === 1 ? 'fires' : 'fire'} now.`;
}
