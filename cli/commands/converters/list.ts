import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { defineCommand } from '../../command.js';
import {
  CONVERTERS,
  convertersFolder,
  installed,
  requirementsFile,
} from '../../converters/converters-folder.js';
import { stack, table } from '../../terminal/layout.js';

export const listConverters = defineCommand({
  name: 'converters list',
  summary: 'List the converters of this machine, and which are installed',
  positionals: {},
  options: {},
  examples: [['retort converters list', 'What there is']],
  output: '{folder, converters: [{name, for, state: INSTALLED, OUTDATED or MISSING, python, installedAt}]}',
  async run(_, { surroundings }) {
    const folder = convertersFolder(surroundings.env);
    const converters = await Promise.all(
      Object.entries(CONVERTERS).map(async ([name, what]) => {
        const found = installed(folder, name);
        const now = createHash('sha256')
          .update(await readFile(requirementsFile(name)))
          .digest('hex');
        const state = found === null ? 'MISSING' : found.requirements === now ? 'INSTALLED' : 'OUTDATED';
        return {
          name,
          for: what,
          state,
          python: found?.python ?? null,
          installedAt: found?.installedAt ?? null,
        };
      }),
    );
    return {
      json: { folder, converters },
      text: stack(
        `Converters in ${folder}:`,
        table(
          ['NAME', 'FOR', 'STATE', 'PYTHON'],
          converters.map((each) => [each.name, each.for, each.state, each.python ?? '']),
        ),
        'retort converters install NAME installs one, or brings it up to date.',
      ),
    };
  },
});
