import {
  Infer,
  InferSignature,
  RequestPriorityValues,
  type InferMutation,
  type TensorInput,
} from '../__generated__/operations.js';
import { accepted, type Api } from '../api/api.js';
import { existing } from '../api/existing.js';
import { defineCommand } from '../command.js';
import { wrongUsage } from '../failure.js';
import { tensorArgument, tensorFile } from '../infer/tensor-argument.js';
import { shape } from '../terminal/format.js';
import { stack, table } from '../terminal/layout.js';

export const infer = defineCommand({
  name: 'infer',
  summary: "Run a model's graph on tensors: nothing before, nothing after",
  positionals: {
    target: {
      kind: 'text',
      required: true,
      describe: 'A deployment (esol) or a version (esol@2)',
      completes: 'target',
    },
    tensors: {
      kind: 'texts',
      describe: "NAME=VALUES as JSON, such as 'x=[[1, 2]]', or NAME=@FILE",
      completes: 'nothing',
    },
  },
  options: {
    input: {
      kind: 'text',
      describe: 'A JSON file of tensors: [{name, datatype, shape, data}], or {inputs: […]}',
      completes: 'file',
    },
    output: { kind: 'texts', describe: 'Only this output; several times', completes: 'nothing' },
    'deadline-ms': { kind: 'number', whole: true, min: 1, describe: 'Give up after so long' },
    priority: {
      kind: 'choice',
      choices: RequestPriorityValues,
      describe: 'Who comes first when several wait',
    },
  },
  examples: [
    ["retort infer esol@2 'descriptors=[[1.31, 180.2, 3, 0.46]]'", 'One row; datatype and shape are found'],
    ['retort infer esol --input request.json --json', 'As the Open Inference Protocol writes it'],
  ],
  output: '{outputs: [{name, datatype, shape, data}], version}',
  async run(values, { api, progress }) {
    const { target, output, deadlineMs, priority } = values;
    const named = target.includes('@');
    const inputs = await inputsOf(values, api);
    const { infer: answer } = await progress.spin(`Asking ${target}`, async () =>
      api.ask(Infer, {
        input: {
          ...(named ? { version: target } : await subject(api, target)),
          inputs,
          outputs: output.length === 0 ? undefined : output,
          deadlineMs,
          priority,
        },
      }),
    );
    const outputs = accepted(answer, 'outputs');
    const version = answer.version?.ref ?? null;
    return {
      json: { outputs, version },
      text: stack(outputTable(outputs), version === null ? '' : `Computed by ${version}.`),
    };
  },
});

interface Given {
  readonly target: string;
  readonly tensors: readonly string[];
  readonly input: string | undefined;
}

async function inputsOf({ target, tensors, input }: Given, api: Api): Promise<readonly TensorInput[]> {
  if (input !== undefined) {
    if (tensors.length > 0) throw wrongUsage('Expected tensors or --input, got both.');
    return tensorFile(input);
  }
  if (tensors.length === 0) throw wrongUsage("Expected tensors, such as 'x=[[1, 2]]', or --input, got none.");
  const { signature } = existing(await versionOf(api, target), named(target), target);
  return Promise.all(tensors.map(async (text) => tensorArgument(text, signature.inputs)));
}

async function versionOf(api: Api, target: string) {
  const isRef = target.includes('@');
  const found = await api.ask(InferSignature, {
    name: isRef ? '' : target,
    ref: isRef ? target : '',
    named: isRef,
  });
  return isRef ? found.version : (found.deployment?.version ?? found.model?.version);
}

/** A name without @ is a deployment, and where there is none, the model of this name. */
async function subject(api: Api, name: string) {
  const { deployment } = await api.ask(InferSignature, { name, ref: '', named: false });
  return deployment ? { deployment: name } : { version: name };
}

function named(target: string): 'version' | 'deployment' {
  return target.includes('@') ? 'version' : 'deployment';
}

function outputTable(outputs: NonNullable<InferMutation['infer']['outputs']>): string {
  return table(
    ['OUTPUT', 'DATATYPE', 'SHAPE', 'DATA'],
    outputs.map(({ name, datatype, shape: extents, data }) => [
      name,
      datatype,
      shape(extents),
      shortened(JSON.stringify(data)),
    ]),
  );
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
}
