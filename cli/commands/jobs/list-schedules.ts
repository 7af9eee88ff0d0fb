import { ListSchedules } from '../../__generated__/operations.js';
import { readPages } from '../../api/pages.js';
import { defineCommand } from '../../command.js';
import { scheduleTable } from '../../jobs/describe-schedule.js';
import { stack } from '../../terminal/layout.js';
import { LIMIT, limited } from '../list-limit.js';

export const listSchedules = defineCommand({
  name: 'schedules',
  summary: 'List evaluations that are made again and again, and when each is due next',
  positionals: {},
  options: { limit: LIMIT },
  examples: [['retort schedules', 'All of them, by name']],
  output:
    '{schedules: [{name, every, timeZone, enabled, deploymentName, version, evaluation, nextRunAt, lastRunAt, lastJob: {id, state, error}, problem, createdAt, createdBy}], hasMore}',
  notes: 'retort evaluate --schedule makes one, retort schedule changes one.',
  async run({ limit }, { api }) {
    const { nodes: schedules, hasMore } = await readPages(
      limit,
      async (page) => (await api.ask(ListSchedules, page)).evaluationSchedules,
    );
    const text = schedules.length === 0 ? 'No evaluation is scheduled.' : scheduleTable(schedules);
    return { json: { schedules, hasMore }, text: stack(text, limited(hasMore, limit)) };
  },
});
