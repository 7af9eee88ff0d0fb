import { ShowDrift, type ShowDriftQuery } from '../../__generated__/operations.js';
import { existing } from '../../api/existing.js';
import { defineCommand } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { moment, number } from '../../terminal/format.js';
import { section, stack, table } from '../../terminal/layout.js';

type Report = NonNullable<ShowDriftQuery['deployment']>['drift'][number];

const MINUTES_AN_HOUR = 60;
const VERDICTS = { drifted: 'DRIFTED', 'not-enough-data': 'NOT_ENOUGH_DATA' } as const;

export const drift = defineCommand({
  name: 'drift',
  summary: 'Whether a deployment is asked, and answers, what its version was made for',
  positionals: {
    deployment: { kind: 'text', required: true, describe: 'The deployment', completes: 'deployment' },
  },
  options: {
    hours: { kind: 'number', min: 0.02, max: 720, describe: 'How far back to look; 1 when left out' },
    'fail-on': {
      kind: 'choices',
      choices: ['drifted', 'not-enough-data'],
      describe:
        'End with exit code 4 when a version it serves has drifted, or cannot be judged; several times',
    },
  },
  examples: [
    ['retort drift esol', 'The last hour'],
    ['retort drift esol --hours 24 --fail-on drifted', 'A check for every night'],
  ],
  output:
    '{reports: [{version: {ref}, since, at, verdict, reason, referenceSource, incompleteSince, features: [{name, role, operation, unit, referenceRows, liveRows, verdict, reason, statistics}]}], failed: ["drifted", …]}',
  notes: 'A version needs a reference distribution: docs/monitoring.md says how it gets one.',
  async run({ deployment: name, hours = 1, failOn }, { api }) {
    const window = `PT${Math.round(hours * MINUTES_AN_HOUR)}M`;
    const { deployment } = await api.ask(ShowDrift, { name, window });
    const { drift: reports } = existing(deployment, 'deployment', name);
    const failed = failOn.filter((reason) => reports.some(({ verdict }) => verdict === VERDICTS[reason]));
    return {
      json: { reports, failed },
      text: reports.length === 0 ? `${name} serves nothing.` : stack(...reports.map(described)),
      exit: failed.length === 0 ? EXIT.DONE : EXIT.NEGATIVE,
    };
  },
});

function described({ version, verdict, reason, since, features }: Report): string {
  const rows = features.map(({ name, role, operation, liveRows, verdict: own, statistics }) => [
    own,
    `${role.toLowerCase()} ${name}${operation === 'INFER' ? ' (tensors)' : ''}`,
    String(liveRows),
    ...(['KS', 'PSI'] as const).map((measure) => {
      const statistic = statistics.find((one) => one.name === measure);
      if (!statistic) return '';
      const { value, threshold } = statistic;
      return `${number(rounded(value))}${threshold === null ? '' : ` of ${number(rounded(threshold))}`}`;
    }),
  ]);
  const body = features.length === 0 ? '' : table(['VERDICT', 'FEATURE', 'ROWS', 'KS', 'PSI'], rows);
  return stack(
    `${version?.ref ?? 'A version'} since ${moment(since)}: ${verdict}. ${reason}`,
    section('Features', body),
  );
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
