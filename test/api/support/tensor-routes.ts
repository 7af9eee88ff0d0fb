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

export interface SendOptions {
  /** Its abort destroys the socket. */
  readonly signal?: AbortSignal;
  /** Left out where the protocol has none. */
  readonly priority?: 'HIGH' | 'NORMAL' | 'LOW';
}

/** A way in and out: sends one tensor as input `x` of a deployment. A request that is refused throws Refused. */
export interface Route {
  readonly name: string;
  /** Whether its JSON keeps the sign of zero. */
  readonly negativeZero: boolean;
  send(app: TestApp, deployment: string, x: ByteTensor, options?: SendOptions): Promise<Answers>;
}

/** What a server said instead of an answer: GraphQL's code, or HTTP's status. */
export class Refused extends Error {
  constructor(
    readonly code: string | number,
    message: string,
  ) {
    super(`${code}: ${message.slice(0, 500)}`);
  }
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

const PRIORITY_NUMBERS = { HIGH: 1, NORMAL: 2, LOW: 3 } as const;

export const ROUTES: readonly Route[] = [
  { name: 'GraphQL, JSON', negativeZero: false, send: graphql('JSON') },
  { name: 'GraphQL, base64', negativeZero: true, send: graphql('BASE64') },
  { name: 'Open Inference, JSON', negativeZero: false, send: openInferenceJson },
  { name: 'Open Inference, binary', negativeZero: true, send: openInferenceBinary },
  { name: 'TensorFlow Serving', negativeZero: true, send: tensorflowServing },
];

interface InferAnswer {
  readonly data?: {
    readonly infer: {
      readonly outputs: readonly ListedTensor[] | null;
      readonly userErrors: readonly { code: string; message: string }[];
    };
  } | null;
  readonly errors?: readonly { message: string; extensions: { code: string } }[];
}

function graphql(encoding: 'JSON' | 'BASE64'): Route['send'] {
  return async (app, deployment, { datatype, shape, bytes }, { signal, priority } = {}) => {
    const data = encoding === 'JSON' ? PLACE : bytes.toString('base64');
    const input = { deployment, inputs: [{ name: 'x', datatype, shape, data }], encoding, priority };
    const body = JSON.stringify({ query: INFER, variables: { input } });
    const text = await post(app, '/graphql', body.replace(HERE, flatText(datatype, bytes)), signal);
    const answer = JSON.parse(text) as InferAnswer;
    const [error] = answer.errors ?? [];
    if (error) throw new Refused(error.extensions.code, error.message);
    const { outputs = null, userErrors = [] } = answer.data?.infer ?? {};
    if (!outputs) throw new Refused(userErrors[0]?.code ?? 'no code', userErrors[0]?.message ?? text);
    return listed(outputs);
  };
}

async function openInferenceJson(
  app: TestApp,
  deployment: string,
  { datatype, shape, bytes }: ByteTensor,
  { signal, priority }: SendOptions = {},
): Promise<Answers> {
  const inputs = [{ name: 'x', datatype, shape, data: PLACE }];
  const body = JSON.stringify({ parameters: parametersOf(priority), inputs });
  const path = `/v2/models/${deployment}/infer`;
  const text = await post(
    app,
    path,
    body.replace(HERE, withBareIntegers(datatype, flatText(datatype, bytes))),
    signal,
  );
  return listed((JSON.parse(withQuotedIntegers(datatype, text)) as { outputs: ListedTensor[] }).outputs);
}

async function openInferenceBinary(
  app: TestApp,
  deployment: string,
  { datatype, shape, bytes }: ByteTensor,
  { signal, priority }: SendOptions = {},
): Promise<Answers> {
  const input = { name: 'x', datatype, shape, parameters: { binary_data_size: bytes.length } };
  const { status, json, tensors } = await binaryInfer(
    `${app.url}/v2/models/${deployment}/infer`,
    { parameters: { ...parametersOf(priority), binary_data_output: true }, inputs: [input] },
    [bytes],
    undefined,
    signal,
  );
  const outputs = json.outputs as readonly ListedTensor[] | undefined;
  if (!outputs) throw new Refused(status, JSON.stringify(json));
  return Object.fromEntries(
    outputs.map(({ name, datatype: type, shape: dims }) => [
      name,
      { datatype: type, shape: dims, content: tensors[name] ?? Buffer.alloc(0) },
    ]),
  );
}

/** The columnar form; the shape is told by the nesting alone. */
async function tensorflowServing(
  app: TestApp,
  deployment: string,
  x: ByteTensor,
  { signal }: SendOptions = {},
): Promise<Answers> {
  const elements = nestedText(jsonElements(x), x.shape);
  const body = `{"inputs":${withBareIntegers(x.datatype, elements)}}`;
  const text = await post(app, `/v1/models/${deployment}:predict`, body, signal);
  const { outputs } = JSON.parse(
    x.datatype.startsWith('FP') ? quoteTokens(text) : withQuotedIntegers(x.datatype, text),
  ) as {
    outputs: Record<string, unknown>;
  };
  return Object.fromEntries(
    Object.entries(outputs).map(([name, value]) => [
      name,
      { content: (Array.isArray(value) ? value.flat(Infinity) : [value]) as JsonElement[] },
    ]),
  );
}

function parametersOf(priority: SendOptions['priority']): object {
  return priority === undefined ? {} : { priority: PRIORITY_NUMBERS[priority] };
}

function flatText(datatype: ByteTensor['datatype'], bytes: Buffer): string {
  const elements = jsonElements({ datatype, bytes });
  return nestedText(elements, [elements.length]);
}

/** TensorFlow Serving's answers have bare not-a-numbers and infinities, which JSON has not. */
function quoteTokens(text: string): string {
  return text.replace(/(?<=[[,:])(?:NaN|-?Infinity)(?=[\],}])/g, '"$&"');
}

/** Both serving protocols write integers beyond 2^53 as numbers, which JSON.parse and JSON.stringify cannot. */
const isWide = (datatype: ByteTensor['datatype']) => datatype === 'INT64' || datatype === 'UINT64';

function withBareIntegers(datatype: ByteTensor['datatype'], text: string): string {
  return isWide(datatype) ? text.replace(/"(-?\d{16,20})"/g, '$1') : text;
}

function withQuotedIntegers(datatype: ByteTensor['datatype'], text: string): string {
  if (!isWide(datatype)) return text;
  return text.replace(/(?<=[[,:])-?\d{16,20}(?=[\],}])/g, (digits) =>
    Number.isSafeInteger(Number(digits)) ? digits : `"${digits}"`,
  );
}

function listed(tensors: readonly ListedTensor[]): Answers {
  return Object.fromEntries(
    tensors.map(({ name, datatype, shape, data }) => {
      const content = typeof data === 'string' ? Buffer.from(data, 'base64') : (data as JsonElement[]);
      return [name, { datatype, shape, content }];
    }),
  );
}

async function post(
  app: TestApp,
  path: string,
  body: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(app.url + path, { method: 'POST', headers, body, ...(signal && { signal }) });
  const text = await answer.text();
  if (!answer.ok && path !== '/graphql') throw new Refused(answer.status, text);
  return text;
}
