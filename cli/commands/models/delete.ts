import { DeleteModel } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';
import { wrongUsage } from '../../failure.js';

export const deleteModel = defineCommand({
  name: 'delete',
  summary: 'Remove an archived model for good, with its versions, tags and aliases',
  positionals: {
    name: {
      kind: 'text',
      required: true,
      describe: 'A model that is archived and that nothing serves',
      completes: 'model',
    },
  },
  options: {
    yes: { kind: 'flag', describe: 'Needed: there is no way back' },
    reason: { kind: 'text', describe: 'Why, for those who read the events later' },
  },
  examples: [['retort delete old-esol --yes', 'For good; export it first to be able to import it again']],
  output: '{deleted: name}',
  notes: 'Uploaded files stay until retort gc removes them.',
  async run({ name, yes, reason }, { api }) {
    if (!yes)
      throw wrongUsage(
        `Deleting ${name} cannot be undone: expected --yes. retort export ${name} keeps a copy.`,
      );
    accepted((await api.ask(DeleteModel, { input: { name, reason } })).deleteModel, 'deletedModelId');
    return { json: { deleted: name }, text: `Deleted ${name}.` };
  },
});
