import { parseTolerantJson } from '../../platform/json/index.js';
import type { Answer } from './connection.js';
import { badAnswer, RemoteUnavailable, unusable } from './remote-failures.js';

export type JsonObject = Readonly<Record<string, unknown>>;

const MAX_WORDS = 300;

/** @throws DomainError REMOTE_FAILED */
export function jsonOf(bytes: Buffer): JsonObject {
  let value: unknown;
  try {
    value = parseTolerantJson(bytes);
  } catch (error) {
    throw badAnswer('answered 200 with a body that is not JSON', error);
  }
  if (isObject(value)) return value;
  throw badAnswer('answered 200 with JSON that is no object');
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What an answer with an error says, on one line and not at length. */
export function wordsOf({ status, body, headers }: Answer): string {
  let words = '';
  try {
    const value = parseTolerantJson(body);
    const said = isObject(value) ? (value.error ?? value.detail ?? value.message) : value;
    words = typeof said === 'string' ? said : JSON.stringify(said ?? '');
  } catch {
    // A proxy's page says nothing more than its status.
    if ((headers['content-type'] ?? '').startsWith('text/plain')) words = body.toString('utf8');
  }
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  const line = words.replace(/[\u0000-\u001f\u007f\s]+/g, ' ').trim();
  const short = line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}…` : line;
  return short === '' ? `status ${status}` : `status ${status}: ${short}`;
}

/** Seconds or a date; undefined when it says neither. */
export function retryAfterMs({ headers }: Answer): number | undefined {
  const value = headers['retry-after'];
  const ms =
    value === undefined ? NaN : /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 60_000) : undefined;
}

/** What an answer to a question about the model means, when it is not 200. */
export function refusalToDescribe(answer: Answer, what: string): Error {
  const { status, headers } = answer;
  if (status >= 300 && status < 400)
    return unusable(
      `The remote engine redirects ${what} to ${JSON.stringify((headers.location ?? 'nowhere').slice(0, 200))}; redirects are not followed: name the address it really has.`,
    );
  if (status === 401 || status === 403)
    return unusable(
      `The remote engine refuses ${what} for lack of permission (${wordsOf(answer)}): name the right secret in credentials.`,
    );
  if (status === 408 || status === 425 || status === 429 || status >= 500)
    return new RemoteUnavailable(`The remote engine does not serve ${what} now (${wordsOf(answer)})`);
  return unusable(
    `The remote engine does not know ${what} (${wordsOf(answer)}): check url, model, version and protocol.`,
  );
}
