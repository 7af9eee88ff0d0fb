import { setTimeout as delay } from 'node:timers/promises';
import { isLongRun } from '../../support/depth.js';
import { ask, type Api } from './ask.js';
import { deploy, INFER, publish, register, type Deployed } from './catalog-steps.js';

/** The longest that a server may be told to wait: a step that only a machine at its end would not have done by then. */
export const PATIENT_MS = 600_000;

/** A server in this process or in another. */
export type Server = Api & { readonly url: string };

/** What became of one request, whatever it was. */
export type Outcome =
  | {
      readonly kind: 'answered';
      readonly version: string;
      readonly data: readonly unknown[];
      readonly inferMs: number;
    }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly message: string;
      readonly retryAfterMs: number | undefined;
      /** Seconds, as the header says. */
      readonly retryAfter: string | null;
    }
  | { readonly kind: 'left' };

interface Answer {
  readonly data?: {
    readonly infer: {
      readonly outputs: readonly { data: readonly unknown[] }[] | null;
      readonly version: { readonly ref: string } | null;
      readonly timing: { readonly inferMs: number } | null;
      readonly userErrors: readonly { code: string; message: string }[];
    } | null;
  } | null;
  readonly errors?: readonly { message: string; extensions: { code: string; retryAfterMs?: number } }[];
}

/** Publishes a model and serves it under its name with the given settings. */
export async function serveWith(
  app: Server,
  name: string,
  bytes: Uint8Array,
  settings: object,
): Promise<Deployed> {
  await register(app, name);
  await publish(app, name, bytes);
  return deploy(app, name, `${name}@1`, { waitMs: PATIENT_MS, ...settings });
}

/** One `infer` over HTTP. An aborted signal destroys its socket. */
export async function infer(
  app: Server,
  input: { readonly deployment: string; readonly inputs: readonly object[]; readonly deadlineMs?: number },
  signal?: AbortSignal,
): Promise<Outcome> {
  let response: Response;
  let answer: Answer;
  try {
    response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: INFER, variables: { input } }),
      ...(signal && { signal }),
    });
    answer = (await response.json()) as Answer;
  } catch (error) {
    if (signal?.aborted === true) return { kind: 'left' };
    throw error;
  }
  const retryAfter = response.headers.get('retry-after');
  const [error] = answer.errors ?? [];
  if (error) {
    const { message, extensions } = error;
    return {
      kind: 'refused',
      message,
      retryAfter,
      code: extensions.code,
      retryAfterMs: extensions.retryAfterMs,
    };
  }
  const { outputs, version, timing, userErrors = [] } = answer.data?.infer ?? {};
  const [refusal] = userErrors;
  if (refusal) return { kind: 'refused', ...refusal, retryAfter, retryAfterMs: undefined };
  return {
    kind: 'answered',
    version: version?.ref ?? '',
    data: outputs?.[0]?.data ?? [],
    inferMs: timing?.inferMs ?? 0,
  };
}

export interface DeploymentNow {
  readonly state: string;
  readonly stateReason: string | null;
  readonly loaded: boolean;
  readonly processIds: readonly number[];
}

export async function deploymentNow(app: Server, name: string): Promise<DeploymentNow> {
  const query = 'query ($name: String!) { deployment(name: $name) { state stateReason loaded processIds } }';
  return (await ask<{ deployment: DeploymentNow }>(app, query, { name })).deployment;
}

/** The processes of a deployment, once it has some and none of those it had before. */
export async function processesOf(
  app: Server,
  name: string,
  before: readonly number[] = [],
): Promise<readonly number[]> {
  const { processIds } = await until(
    () => deploymentNow(app, name),
    ({ processIds: pids }) => pids.length > 0 && !pids.some((pid) => before.includes(pid)),
  );
  return processIds;
}

/** kill -9. A process that has ended already is no matter. */
export function kill(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

/** Asks until the answer is right, ever less often; the test's own time limit is the only one. */
export async function until<T>(look: () => Promise<T>, isRight: (value: T) => boolean): Promise<T> {
  for (let waitMs = 5; ; waitMs = Math.min(1.5 * waitMs, 100)) {
    const value = await look();
    if (isRight(value)) return value;
    await delay(waitMs);
  }
}

/**
 * What a caller waits between two requests. Without it some callers keep the whole machine busy, for as long as whatever they
 * watch takes.
 */
const PAUSE_MS = isLongRun ? 0 : 4;

/** Callers who ask again and again until they are told to stop, and what they were told. */
export class Callers {
  readonly outcomes: Outcome[] = [];
  #stopped = false;
  readonly #calls: Promise<void>[];

  /** @param call one request; whether its answer is right is for the call to see */
  constructor(count: number, call: (caller: number, request: number) => Promise<Outcome>) {
    this.#calls = Array.from({ length: count }, async (_, caller) => {
      for (let request = 0; !this.#stopped; request += 1) {
        this.outcomes.push(await call(caller, request));
        await delay(PAUSE_MS);
      }
    });
  }

  get answered(): number {
    return this.outcomes.filter(({ kind }) => kind === 'answered').length;
  }

  get refusals(): Extract<Outcome, { kind: 'refused' }>[] {
    return this.outcomes.filter((outcome) => outcome.kind === 'refused');
  }

  /** Waits until so many more have been answered. */
  async progress(more: number): Promise<void> {
    const enough = this.answered + more;
    await Promise.race([
      until(
        async () => this.answered,
        (answered) => answered >= enough,
      ),
      ...this.#calls,
    ]);
  }

  /** Lets the requests under way end. Rejects when a call has thrown. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#calls);
  }
}
