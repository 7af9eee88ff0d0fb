import { defineCommand } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { askPreview, faultLines, GRAPH_OPTIONS } from '../../pipelines/ask-preview.js';
import { stack, table } from '../../terminal/layout.js';
import { plural } from '../../terminal/format.js';

export const checkPipeline = defineCommand({
  name: 'pipeline check',
  summary: 'Whether a pipeline fits a graph, before it is published',
  positionals: {
    file: { kind: 'text', required: true, describe: 'The pipeline, as JSON', completes: 'file' },
  },
  options: GRAPH_OPTIONS,
  examples: [
    ['retort pipeline check pipeline.json --for esol@2', 'Against the graph of a version that is there'],
    ['retort pipeline check pipeline.json --signature graph.json', 'Against tensors that a file describes'],
  ],
  output:
    '{pipeline, fields: [{name, kind, shape, unit, minimum, maximum, values, optional, description}], faults: [{field, code, message}]}',
  notes:
    'Everything that is wrong is listed at once; the exit code is then 4. docs/pipelines.md explains the language.',
  async run({ file, ...graph }, { api }) {
    const preview = await askPreview(api, file, graph, []);
    const { pipeline, fields, userErrors: faults } = preview;
    const rows = fields.map(({ name, kind, unit, optional }) => [
      name,
      kind,
      unit ?? '',
      optional ? 'optional' : '',
    ]);
    return {
      json: { pipeline, fields, faults },
      text:
        faults.length > 0
          ? stack(faultLines(preview), `${plural(faults.length, 'fault')} in ${file}.`)
          : stack(`${file} fits. An instance has`, table(['FIELD', 'KIND', 'UNIT', ''], rows)),
      exit: faults.length === 0 ? EXIT.DONE : EXIT.NEGATIVE,
    };
  },
});
