import { PreviewPipeline } from '../../__generated__/operations.js';
import { accepted } from '../../api/api.js';
import { defineCommand } from '../../command.js';
import { firstPipeline } from '../../pipelines/first-pipeline.js';
import { writeWhole } from '../../transfer/whole-file.js';

export const initPipeline = defineCommand({
  name: 'pipeline init',
  summary: "Write a first pipeline from a version's signature",
  positionals: {
    ref: {
      kind: 'text',
      required: true,
      describe: 'The version whose graph it is for, such as esol@3',
      completes: 'ref',
    },
  },
  options: {
    output: { kind: 'text', describe: 'Write it to this file instead of printing it', completes: 'file' },
    force: { kind: 'flag', describe: 'With --output: replace a file of this name' },
  },
  examples: [['retort pipeline init boiling@1 --output pipeline.json', 'To go on from']],
  output: '{pipeline, output}',
  notes:
    'A version that has a pipeline gives that. Else a field is made for each input, and every unit is "1": put in the real ' +
    'ones, and say what each number means.',
  async run({ ref, output, force }, { api }) {
    const { previewPipeline } = await api.ask(PreviewPipeline, { version: ref, instances: [] });
    const pipeline = firstPipeline(accepted(previewPipeline, 'pipeline'));
    const text = `${JSON.stringify(pipeline, null, 2)}\n`;
    if (output !== undefined) await writeWhole(output, oneChunk(text), { replace: force });
    return {
      json: { pipeline, output: output ?? null },
      text:
        output === undefined
          ? text.trimEnd()
          : `Wrote ${output}. Every unit in it that is "1" is yours to check.`,
    };
  },
});

async function* oneChunk(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
