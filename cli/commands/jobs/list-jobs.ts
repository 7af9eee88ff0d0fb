import { JobKindValues, JobStateValues, ListJobs } from '../../__generated__/operations.js';
import { readPages } from '../../api/pages.js';
import { defineCommand } from '../../command.js';
import { jobTable } from '../../jobs/describe.js';
import { stack } from '../../terminal/layout.js';
import { LIMIT, limited } from '../list-limit.js';

export const listJobs = defineCommand({
  name: 'jobs',
  summary: 'List long work: what waits, runs and is over, the newest first',
  positionals: {},
  options: {
    state: { kind: 'choices', choices: JobStateValues, describe: 'Only in this state; several times' },
    kind: { kind: 'choices', choices: JobKindValues, describe: 'Only of this kind; several times' },
    limit: LIMIT,
  },
  examples: [
    ['retort jobs', 'All that are kept'],
    ['retort jobs --state running --state queued', 'Those that are not over'],
  ],
  output:
    '{jobs: [{id, kind, state, title, actor, createdAt, startedAt, finishedAt, progress: {done, total, failed, share, rate, secondsLeft}}], hasMore}',
  async run({ state, kind, limit }, { api }) {
    const { nodes: jobs, hasMore } = await readPages(limit, async (page) => {
      const filter = { states: state.length === 0 ? null : state, kinds: kind.length === 0 ? null : kind };
      return (await api.ask(ListJobs, { filter, ...page })).jobs;
    });
    const text = jobs.length === 0 ? 'No jobs.' : jobTable(jobs);
    return { json: { jobs, hasMore }, text: stack(text, limited(hasMore, limit)) };
  },
});
