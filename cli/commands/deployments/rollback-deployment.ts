import { RollbackDeployment } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';
import { watchRevision } from './watch-revision.js';

export const rollbackDeployment = defineCommand({
  name: 'rollback deployment',
  summary: "Serve an earlier revision's version again, with all its settings",
  positionals: {
    name: { kind: 'text', required: true, describe: 'The deployment', completes: 'deployment' },
  },
  options: {
    revision: {
      kind: 'number',
      whole: true,
      min: 1,
      describe: 'Which one; the one that served before when left out',
    },
    'keep-warm-ms': {
      kind: 'number',
      whole: true,
      min: 0,
      describe: 'How long the replaced version stays in memory',
    },
    detach: { kind: 'flag', describe: 'Do not wait where the old version has to be loaded' },
    'wait-seconds': {
      kind: 'number',
      min: 1,
      default: 300,
      describe: 'Stop waiting after so long; the loading goes on',
    },
    reason: { kind: 'text', describe: 'Why, for the history' },
  },
  examples: [
    ['retort rollback deployment esol --reason "wrong units"', 'To what served before'],
    ['retort rollback deployment esol --revision 3', 'To a certain revision'],
  ],
  output:
    '{deployment: {name, model, version, state, stateReason, loaded, updatedAt, revisions}, revision: {number, version, state, stateReason}}',
  async run(values, session) {
    const { name: deployment, revision, keepWarmMs, reason } = values;
    const input = { deployment, revision, keepWarmMs, reason, waitMs: 0 };
    const { rollbackDeployment: answer } = await session.api.ask(RollbackDeployment, { input });
    return watchRevision(session, accepted(answer, 'deployment'), values);
  },
});
