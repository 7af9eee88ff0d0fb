import { CollectArtifacts } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';
import { bytes, plural } from '../../terminal/format.js';
import { stack, table } from '../../terminal/layout.js';

export const gc = defineCommand({
  name: 'gc',
  summary: 'Remove uploaded files that no version refers to',
  positionals: {},
  options: {
    'dry-run': { kind: 'flag', describe: 'Only say what would be removed' },
    'older-than-hours': {
      kind: 'number',
      min: 0,
      default: 24,
      describe: 'Only uploads at least so old: a fresh one may be about to be published',
    },
    reason: { kind: 'text', describe: 'Why, for those who read the events later' },
  },
  examples: [['retort gc --dry-run', 'What would be removed']],
  output: '{dryRun, count, bytes, artifacts: [{digest, size}]}; of more than 1,000 the first',
  async run({ dryRun, olderThanHours, reason }, { api, progress }) {
    const { collectArtifacts } = await progress.spin('Looking for files that nothing refers to', async () =>
      api.ask(CollectArtifacts, { input: { dryRun, olderThanHours, reason } }),
    );
    const artifacts = accepted(collectArtifacts, 'artifacts');
    const { count, bytes: freed } = collectArtifacts;
    const rows = artifacts.map(({ digest, size }) => [digest, bytes(size)]);
    return {
      json: { dryRun, count, bytes: freed, artifacts },
      text: stack(
        rows.length === 0 ? '' : table(['ARTIFACT', 'SIZE'], rows),
        `${dryRun ? 'Would remove' : 'Removed'} ${plural(count, 'file')}, ${bytes(freed)}.`,
      ),
    };
  },
});
