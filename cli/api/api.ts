import { Failure } from '../failure.js';
import { EXIT } from '../exit-codes.js';
import type { GraphqlDocument } from './document.js';
import { failureOf, type GraphqlError } from './graphql-failure.js';
import { inOwnWords } from './own-words.js';
import type { Http } from './http.js';

interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphqlError[];
  readonly extensions?: { readonly requestId?: string };
}

/** The GraphQL API of one server. */
export class Api {
  constructor(readonly http: Http) {}

  /** @throws Failure with the server's own code */
  async ask<Data, Variables>(
    document: GraphqlDocument<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    const answer = await this.http.json<GraphqlAnswer<Data>>('graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query: document.text, variables }),
    });
    const [error] = answer.errors ?? [];
    if (error !== undefined) throw failureOf(error, answer.extensions?.requestId);
    if (answer.data === null || answer.data === undefined) throw this.http.notRetort();
    return answer.data;
  }
}

interface Payload {
  readonly userErrors: readonly {
    readonly field: readonly string[] | null;
    readonly code: string;
    readonly message: string;
  }[];
}

/**
 * What a mutation answered under `key`, once it is certain that nothing was refused.
 * @throws Failure with the first user error
 */
export function accepted<P extends Payload, K extends keyof P>(payload: P, key: K): NonNullable<P[K]> {
  const [error] = payload.userErrors;
  if (error !== undefined) {
    const message = payload.userErrors.map((each) => inOwnWords(each.message)).join('\n');
    throw new Failure(EXIT.REFUSED, error.code, message, error.field);
  }
  const value = payload[key];
  if (value === null || value === undefined) {
    throw new Failure(
      EXIT.UNAVAILABLE,
      'INTERNAL',
      `The server answered neither ${String(key)} nor an error.`,
    );
  }
  return value;
}
