import type { TestApp } from '../../support/test-app.js';
import { binaryInfer } from '../../rest/serving-calls.js';
import { INFER } from './catalog-steps.js';
import { jsonElements, nestedText, type ByteTensor, type JsonElement } from './tensor-bytes.js';

/** An output as it came: its bytes where the route has them, else its JSON elements, row-major. */
export interface Answered {
  readonly datatype?: string;
  readonly shape?: readonly number[];
  readonly content: Buffer | readonly JsonElement[];
}
export type Answers = Readonly<Record<string, Answered>>;

/** A way in and out: sends one tensor as input `x` of a deployment. */
export interface Route {
  readonly name: string;
  /** Whether its JSON keeps the sign of zero. */
  readonly negativeZero: boolean;
  send(app: TestApp, deployment: string, x: ByteTensor): Promise<Answers>;
}

interface ListedTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: unknown;
}

/** JSON.stringify cannot write a negative zero, so the tensor's text takes this one's place. */
const PLACE = 'the data goes here';
const HERE = JSON.stringify(PLACE);

export const ROUTES: readonly Route[] = [
  { name: 'GraphQL, JSON', negativeZero: false, send: (app, name, x) => graphql(app, name, x, 'JSON') },
  { name: 'GraphQL, base64', negativeZero: true, send: (app, name, x) => graphql(app, name, x, 'BASE64') },
  { name: 'Open Inference, JSON', negativeZero: false, send: openInferenceJson },
  { name: 'Open Inference, binary', negativeZero: true, send: openInferenceBinary },
  { name: 'TensorFlow Serving', negativeZero: true, send: tensorflowServing },
];

async function graphql(
  app: TestApp,
  deployment: string,
  { datatype, shape, bytes }: ByteTensor,
  encoding: 'JSON' | 'BASE64',
): Promise<Answers> {
  const data = encoding === 'JSON' ? PLACE : bytes.toString('base64');
  const inputs = [{ name: 'x', datatype, shape, data }];
  const body = JSON.stringify({ query: INFER, variables: { input: { deployment, inputs, encoding } } });
  const answer = (await post(app, '/graphql', body.replace(HERE, flatText(datatype, bytes)))) as {
    data?: { infer: { outputs: ListedTensor[] | null; userErrors: unknown[] } };
  };
  const outputs = answer.data?.infer.outputs;
  if (!outputs) throw new Error(`The request was refused: ${JSON.stringify(answer).slice(0, 500)}`);
  return listed(outputs);
}

async function openInferenceJson(
  app: TestApp,
  deployment: string,
  { datatype, shape, bytes }: ByteTensor,
): Promise<Answers> {
  const body = JSON.stringify({
    inputs: [{ name: 'x', datatype, shape, data: PLACE }],
  });
  const answer = await post(
    app,
    `/v2/models/${deployment}/infer`,
    body.replace(HERE, flatText(datatype, bytes)),
  );
  return listed((answer as { outputs: ListedTensor[] }).outputs);
}

async function openInferenceBinary(
  app: TestApp,
  deployment: string,
  { datatype, shape, bytes }: ByteTensor,
): Promise<Answers> {
  const { json, tensors } = await binaryInfer(
    `${app.url}/v2/models/${deployment}/infer`,
    {
      parameters: { binary_data_output: true },
      inputs: [{ name: 'x', datatype, shape, parameters: { binary_data_size: bytes.length } }],
    },
    [bytes],
  );
  const outputs = json.outputs as readonly (ListedTensor & { name: string })[] | undefined;
  if (!outputs) throw new Error(`The request was refused: ${JSON.stringify(json)}`);
  return Object.fromEntries(
    outputs.map(({ name, datatype: type, shape: dims }) => [
      name,
      { datatype: type, shape: dims, content: tensors[name] ?? Buffer.alloc(0) },
    ]),
  );
}

/** The columnar form; the shape is told by the nesting alone. */
async function tensorflowServing(app: TestApp, deployment: string, x: ByteTensor): Promise<Answers> {
  const body = `{"inputs":${nestedText(jsonElements(x), x.shape)}}`;
  const text = await postText(app, `/v1/models/${deployment}:predict`, body);
  const { outputs } = JSON.parse(x.datatype.startsWith('FP') ? quoteTokens(text) : text) as {
    outputs: Record<string, unknown>;
  };
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      { content: (Array.isArray(value) ? value.flat(Infinity) : [value]) as JsonElement[] },
    ]),
  );
}

function flatText(datatype: ByteTensor['datatype'], bytes: Buffer): string {
  const elements = jsonElements({ datatype, bytes });
  return nestedText(elements, [elements.length]);
}

function listed(tensors: readonly ListedTensor[]): Answers {
  return Object.fromEntries(
    tensors.map(({ name, datatype, shape, data }) => {
      const content = typeof data === 'string' ? Buffer.from(data, 'base64') : (data as JsonElement[]);
      return [name, { datatype, shape, content }];
    }),
  );
}

/** This protocol's answers have bare not-a-numbers and infinities, which JSON has not. */
function quoteTokens(text: string): string {
  return text.replace(/(?<=[[,:])(?:NaN|-?Infinity)(?=[\],}])/g, '"$&"');
}

async function post(app: TestApp, path: string, body: string): Promise<unknown> {
  return JSON.parse(await postText(app, path, body));
}

async function postText(app: TestApp, path: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(app.url + path, { method: 'POST', headers, body });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text.slice(0, 500)}`);
  return text;
}
