import { DomainValues, UpdateModel } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';
import { wrongUsage } from '../../failure.js';
import { readText, textOrFile } from '../../files.js';
import { facts, stack } from '../../terminal/layout.js';

export const updateModel = defineCommand({
  name: 'update model',
  isDefault: true,
  summary: 'Change what a model says about itself; what is left out stays as it is',
  positionals: {
    name: { kind: 'text', required: true, describe: 'The model', completes: 'model' },
  },
  options: {
    title: { kind: 'text', describe: 'The name people read' },
    summary: { kind: 'text', describe: 'What it predicts; @FILE reads a file' },
    domain: { kind: 'choice', choices: DomainValues, describe: 'Its field of science' },
    label: { kind: 'texts', describe: 'A label; several times. They replace all it has' },
    'no-labels': { kind: 'flag', describe: 'Take all labels away' },
    card: { kind: 'text', describe: 'A Markdown file, its card', completes: 'file' },
    reason: { kind: 'text', describe: 'Why, for those who read the events later' },
  },
  examples: [
    ['retort update esol --title "Aqueous solubility" --label admet', 'Another title, and one label'],
    ['retort update model esol --card card.md', 'The card from a file'],
  ],
  output: '{model: {name, title, summary, domain, labels, updatedAt, archivedAt}}',
  async run(values, { api }) {
    const { name, title, domain, label, noLabels, reason } = values;
    if (noLabels && label.length > 0) throw wrongUsage('Expected --label or --no-labels, got both.');
    const changes = {
      title,
      domain,
      summary: values.summary === undefined ? undefined : await textOrFile(values.summary),
      labels: noLabels ? [] : label.length > 0 ? label : undefined,
      card: values.card === undefined ? undefined : await readText(values.card),
    };
    if (Object.values(changes).every((change) => change === undefined))
      throw wrongUsage('Expected something to change, such as --title or --card, got nothing.');
    const input = { name, ...changes, reason };
    const model = accepted((await api.ask(UpdateModel, { input })).updateModel, 'model');
    return {
      json: { model },
      text: stack(
        `Updated ${model.name}.`,
        facts([
          ['title', model.title],
          ['summary', model.summary],
          ['domain', model.domain],
          ['labels', model.labels.join(', ')],
        ]),
      ),
    };
  },
});
