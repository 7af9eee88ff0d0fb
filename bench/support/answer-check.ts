import type { Answer } from './http-connection.js';
import type { Exchange } from './exchange.js';

/** Relative to max(1, |value|): what joining rows may change by rounding, as the server's own proof allows it. */
const TOLERANCE = 1e-5;
/** The same answer comes back with other last digits when it was computed in another company. */
const REMEMBERED = 8;

export type Verdict =
  | { readonly kind: 'right' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'wrong'; readonly problem: string };

const RIGHT: Verdict = { kind: 'right' };

/** Looks at every answer to one exchange. Bytes that were found right once are right again. */
export class AnswerCheck {
  readonly #right: Buffer[] = [];

  constructor(private readonly exchange: Exchange) {}

  verdict(answer: Answer): Verdict {
    const { status, body } = answer;
    if (status === 200 && this.#right.some((known) => known.equals(body))) return RIGHT;
    const refusal = refusalOf(answer);
    if (refusal !== undefined) return { kind: 'refused', code: refusal };
    const problem = this.#problemOf(answer);
    if (problem !== undefined)
      return { kind: 'wrong', problem: `${problem}: ${body.toString('utf8', 0, 500)}` };
    if (this.#right.length < REMEMBERED) this.#right.push(Buffer.from(body));
    return RIGHT;
  }

  #problemOf(answer: Answer): string | undefined {
    const { expected } = this.exchange;
    if (expected.kind === 'success') return undefined;
    if (expected.kind === 'same')
      return answer.body.equals(expected.body) ? undefined : 'Expected the body that was sent';
    const got = tensorIn(answer);
    const { values } = expected;
    if (got?.length !== values.length)
      return `Expected ${values.length} values, got ${got?.length ?? 'no tensor'}`;
    const at = values.findIndex((value, index) => !isNear(got[index] ?? NaN, value));
    return at === -1 ? undefined : `Expected ${values[at] ?? ''} at ${at}, got ${got[at] ?? ''}`;
  }
}

function isNear(got: number, expected: number): boolean {
  return Math.abs(got - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
}

/** The code of a refusal, from wherever a protocol puts it; undefined when the request was carried out. */
function refusalOf({ status, head, body }: Answer): string | undefined {
  const isJson = /\ncontent-type: application\/(?:json|graphql-response\+json)/i.test(head());
  const text = isJson && (status !== 200 || isGraphql(body)) ? body.toString() : '';
  if (status === 200 && (text === '' || text.includes('"userErrors":[]'))) return undefined;
  return /"code":"(\w+)"/.exec(text)?.[1] ?? `HTTP ${status}`;
}

function isGraphql(body: Buffer): boolean {
  return body.subarray(0, 16).includes('"data"') || body.subarray(0, 16).includes('"errors"');
}

type Json = Readonly<Record<string, unknown>>;

/** The first output. */
function tensorIn({ head, body }: Answer): ArrayLike<number> | undefined {
  const jsonLength = /\ninference-header-content-length: (\d+)/i.exec(head())?.[1];
  if (jsonLength !== undefined) return floatsIn(body.subarray(Number(jsonLength)));
  const answer = JSON.parse(body.toString()) as Json & { data?: { infer?: Json } };
  const outputs = (answer.data?.infer ?? answer).outputs as
    readonly { data: number[] | string }[] | undefined;
  const data = outputs?.[0]?.data;
  return typeof data === 'string' ? floatsIn(Buffer.from(data, 'base64')) : data;
}

function floatsIn(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
