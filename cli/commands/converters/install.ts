import { defineCommand } from '../../command.js';
import {
  converterNamed,
  CONVERTERS,
  convertersFolder,
  type Installed,
} from '../../converters/converters-folder.js';
import { installConverter } from '../../converters/install-converter.js';
import { wrongUsage } from '../../failure.js';

export const installConverters = defineCommand({
  name: 'converters install',
  summary: 'Install converters for models of other frameworks, on the machine of the server',
  positionals: {
    names: {
      kind: 'texts',
      describe: `Which: ${Object.entries(CONVERTERS)
        .map(([name, what]) => `${name} (${what})`)
        .join(', ')}`,
      completes: 'nothing',
    },
  },
  options: {
    python: {
      kind: 'text',
      default: 'python3',
      describe: 'The Python they are to run in, 3.11 or newer',
      completes: 'file',
    },
  },
  examples: [['retort converters install sklearn', 'For scikit-learn, XGBoost and LightGBM']],
  output: '{folder, installed: {name: {requirements, python, installedAt}}}',
  notes:
    'They lie in RETORT_CONVERTERS, by default in the folder converters of RETORT_DATA: run it with the settings of the server. ' +
    'Packages are pinned, come from PyPI, and are checked against their hashes. A running server finds them at once.',
  async run({ names, python }, { progress, signal, surroundings }) {
    if (names.length === 0)
      throw wrongUsage(`Expected what to install, one or more of ${Object.keys(CONVERTERS).join(', ')}.`);
    const wanted = names.map((name) => {
      const own = converterNamed(name);
      if (own !== null) return own;
      throw wrongUsage(`Expected one of ${Object.keys(CONVERTERS).join(', ')}, got ${JSON.stringify(name)}.`);
    });
    const folder = convertersFolder(surroundings.env);
    const installed: Record<string, Installed> = {};
    for (const name of new Set(wanted))
      installed[name] = await progress.spin(`Installing ${name}`, () =>
        installConverter(folder, name, { python, signal }),
      );
    return {
      json: { folder, installed },
      text: `Installed ${Object.keys(installed).join(', ')} in ${folder}.`,
    };
  },
});
