import { RollbackAlias } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';
import { wrongUsage } from '../../failure.js';
import { describe } from './alias.js';

export const rollbackAlias = defineCommand({
  name: 'rollback alias',
  summary: 'Point an alias where it pointed before; its history gets a new entry and loses none',
  positionals: {
    model: { kind: 'text', required: true, describe: "The model's name", completes: 'model' },
    name: { kind: 'text', required: true, describe: 'The alias', completes: 'alias' },
  },
  options: {
    steps: { kind: 'number', whole: true, min: 1, describe: 'How many targets to go back; 1 when left out' },
    to: { kind: 'text', describe: 'The earlier target to go back to: 3, v1.2.0', completes: 'selector' },
    expected: {
      kind: 'text',
      describe: 'Change nothing unless it points here now, so that doing it twice goes back once',
      completes: 'selector',
    },
    reason: { kind: 'text', describe: "Why, for the alias's history" },
  },
  examples: [
    ['retort rollback alias esol production --reason "wrong units"', 'To the target before'],
    ['retort rollback alias esol production --to 2', 'To an earlier target'],
  ],
  output: '{alias: {name, model, version, protected, updatedAt, updatedBy}}',
  async run({ model, name, steps, to, expected, reason }, { api }) {
    if (steps !== undefined && to !== undefined) throw wrongUsage('Expected --steps or --to, got both.');
    const input = { model, alias: name, steps, to, expected, reason };
    const alias = accepted((await api.ask(RollbackAlias, { input })).rollbackAlias, 'alias');
    return { json: { alias }, text: describe(alias) };
  },
});
