import { ArchiveModel } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';

export const archive = defineCommand({
  name: 'archive',
  summary: 'Hide a model from the catalog and close it to new versions, or bring it back',
  positionals: {
    name: { kind: 'text', required: true, describe: 'The model', completes: 'model' },
  },
  options: {
    undo: { kind: 'flag', describe: 'Bring an archived model back' },
    reason: { kind: 'text', describe: 'Why, for those who read the events later' },
  },
  examples: [
    ['retort archive esol --reason "replaced by logs"', 'Nothing is lost; deployments keep serving'],
    ['retort archive esol --undo', 'Bring it back'],
  ],
  output: '{model: {name, title, summary, domain, labels, updatedAt, archivedAt}}',
  async run({ name, undo, reason }, { api }) {
    const input = { name, archived: !undo, reason };
    const model = accepted((await api.ask(ArchiveModel, { input })).archiveModel, 'model');
    return {
      json: { model },
      text: undo ? `${model.name} is back.` : `${model.name} is archived. Bring it back with --undo.`,
    };
  },
});
