import { jsonRequest } from '../support/exchange.js';
import { HttpConnection, type Answer } from '../support/http-connection.js';

export interface Asked {
  readonly ms: number;
  readonly answer: Answer;
}

/** GraphQL requests over kept connections, each with one request under way. */
export class Asker implements AsyncDisposable {
  readonly #idle: HttpConnection[] = [];
  readonly #waiting = new Map<HttpConnection, (answer: Answer) => void>();

  constructor(private readonly port: number) {}

  async ask(body: Buffer): Promise<Asked> {
    const connection = this.#idle.pop() ?? (await this.#open());
    const request = jsonRequest('/graphql', body);
    const began = performance.now();
    return new Promise((resolve) => {
      this.#waiting.set(connection, (answer) => {
        this.#idle.push(connection);
        const ms = performance.now() - began;
        // It is looked at later, when its memory holds another.
        resolve({ ms, answer: { ...answer, body: Buffer.from(answer.body) } });
      });
      connection.send(request);
    });
  }

  /** All bodies, so many at once; in the order they came to an end. */
  async askAll(bodies: readonly Buffer[], atOnce: number): Promise<Asked[]> {
    const left = [...bodies.entries()].reverse();
    const asked: Asked[] = [];
    const work = async () => {
      for (let next = left.pop(); next; next = left.pop()) asked[next[0]] = await this.ask(next[1]);
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return asked;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of this.#idle) connection.close();
  }

  async #open(): Promise<HttpConnection> {
    const connection: HttpConnection = await HttpConnection.open(this.port, {
      answered: (answer) => this.#waiting.get(connection)?.(answer),
      closed: () => undefined,
    });
    return connection;
  }
}

/** @throws Error with the answer when it holds an error of any kind. */
export function dataOf({ status, body }: Answer): Readonly<Record<string, unknown>> {
  const text = body.toString();
  const { data, errors } = JSON.parse(text) as { data?: Record<string, unknown> | null; errors?: unknown };
  if (status !== 200 || errors !== undefined || !data || /"userErrors":\[[^\]]/.test(text))
    throw new Error(text.slice(0, 1_000));
  return data;
}
