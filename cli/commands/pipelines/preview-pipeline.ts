import { defineCommand } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { instanceArgument } from '../../input/read-rows.js';
import { askPreview, faultLines, GRAPH_OPTIONS, type Preview } from '../../pipelines/ask-preview.js';
import { section, stack, table } from '../../terminal/layout.js';

const WIDTH = 60;

export const previewPipeline = defineCommand({
  name: 'pipeline preview',
  summary: 'What a pipeline makes of instances, step by step, without a model',
  positionals: {
    file: { kind: 'text', required: true, describe: 'The pipeline, as JSON', completes: 'file' },
    instances: {
      kind: 'texts',
      describe: 'What to take through it: text such as CCO, or JSON such as \'{"t": "25 degC"}\'',
      completes: 'nothing',
    },
  },
  options: GRAPH_OPTIONS,
  examples: [
    ['retort pipeline preview pipeline.json CCO --for esol@2', 'Every value that is made of ethanol'],
    [
      'retort pipeline preview pipeline.json CCO --for esol@2 --json | jq .instances[0].inputs',
      'What the graph gets',
    ],
  ],
  output:
    '{instances: [{values: [{name, kind, value, unit, columns}], inputs: [the same], warnings: [{code, message}], error: {code, message} or null}], faults: [{field, code, message}]}',
  notes:
    'Nothing is stored. The exit code is 4 where the pipeline is at fault or an instance cannot be read.',
  async run({ file, instances: given, ...graph }, { api }) {
    const preview = await askPreview(api, file, graph, given.map(instanceArgument));
    const { instances, userErrors: faults } = preview;
    const isGood = faults.length === 0 && instances.every(({ error }) => error === null);
    return {
      json: { instances, faults },
      text:
        faults.length > 0
          ? faultLines(preview)
          : stack(...instances.map((instance, place) => section(given[place] ?? '', described(instance)))),
      exit: isGood ? EXIT.DONE : EXIT.NEGATIVE,
    };
  },
});

function described({ values, inputs, warnings, error }: Preview['instances'][number]): string {
  const rows = [...values, ...inputs.map((input) => ({ ...input, name: `→ ${input.name}` }))].map(
    ({ name, kind, value, unit }) => [name, kind, shortened(value), unit ?? ''],
  );
  return stack(
    table(['NAME', 'WHAT', 'VALUE', 'UNIT'], rows),
    warnings.map(({ message }) => `Warning: ${message}`).join('\n'),
    error === null ? '' : `${error.code}: ${error.message}`,
  );
}

function shortened(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 1)}…` : text;
}
