import { Readable } from 'node:stream';
import { VersionReport } from '../../__generated__/operations.js';
import { existing } from '../../api/existing.js';
import { defineCommand } from '../../command.js';
import { writeWhole } from '../../transfer/whole-file.js';

const FORMATS = { markdown: 'MARKDOWN', qmrf: 'QMRF', json: 'JSON' } as const;

export const report = defineCommand({
  name: 'report',
  summary: "Write what is known of a version by the OECD's principles, and what is missing",
  positionals: {
    ref: { kind: 'text', required: true, describe: 'The version, such as esol@3', completes: 'ref' },
  },
  options: {
    format: {
      kind: 'choice',
      choices: ['markdown', 'qmrf', 'json'],
      describe:
        'How to write it; markdown when left out. qmrf has every question of the QSAR Model Reporting Format',
    },
    output: { kind: 'text', describe: 'A new file to write it to; else it is printed', completes: 'file' },
    force: { kind: 'flag', describe: 'Replace the file of --output' },
  },
  examples: [
    ['retort report esol@3', 'Endpoint, algorithm, domain, fit, predictivity and mechanism'],
    ['retort report esol@3 --format qmrf --output esol-qmrf.txt', 'For a dossier'],
  ],
  output: '{report}: the text; with --format json the report itself',
  async run({ ref, format = 'markdown', output, force }, { api }) {
    const answer = await api.ask(VersionReport, { ref, format: FORMATS[format] });
    const { report: text } = existing(answer.version, 'version', ref);
    const json = format === 'json' ? (JSON.parse(text) as unknown) : { report: text };
    if (output === undefined) return { json, text: text.trimEnd() };
    await writeWhole(output, Readable.from([Buffer.from(text)]), { replace: force });
    return { json: { report: output }, text: `Wrote the report of ${ref} to ${output}.` };
  },
});
