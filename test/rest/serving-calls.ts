import { setTimeout as delay } from 'node:timers/promises';
import { parse, stringify } from 'lossless-json';
import { ask } from '../api/support/ask.js';
import type { TestApp } from '../support/test-app.js';

export interface BinaryAnswer {
  readonly status: number;
  readonly json: { outputs?: { name: string; parameters?: { binary_data_size?: number } }[]; error?: string };
  /** The bytes of each binary output. */
  readonly tensors: Readonly<Record<string, Buffer>>;
}

/** An infer request as the binary tensor extension writes it, by hand, and its answer taken apart. */
export async function binaryInfer(
  url: string,
  request: object,
  tensors: readonly Buffer[],
  headerLength?: string,
  signal?: AbortSignal,
): Promise<BinaryAnswer> {
  const json = Buffer.from(stringify(request) ?? '');
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': headerLength ?? String(json.length),
    },
    body: Buffer.concat([json, ...tensors]),
    ...(signal && { signal }),
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const length = Number(answer.headers.get('inference-header-content-length') ?? bytes.length);
  const parsed = parse(bytes.toString('utf8', 0, length), undefined, exactly) as BinaryAnswer['json'];
  const found: Record<string, Buffer> = {};
  let at = length;
  for (const { name, parameters } of parsed.outputs ?? []) {
    const size = parameters?.binary_data_size;
    if (size === undefined) continue;
    found[name] = bytes.subarray(at, at + size);
    at += size;
  }
  if (at !== bytes.length) throw new Error(`The answer has ${bytes.length - at} bytes that no output claims`);
  return { status: answer.status, json: parsed, tensors: found };
}

/** Integers beyond 2^53 as bigint. */
function exactly(digits: string): number | bigint {
  return /^-?\d{16,}$/.test(digits) && !Number.isSafeInteger(Number(digits))
    ? BigInt(digits)
    : Number(digits);
}

/** What the event log says about a request; it is written a moment after the answer. */
export async function eventsOfRequest(app: TestApp, requestId: string | null): Promise<unknown[]> {
  const query =
    'query($id: String) { events(filter: { requestId: $id }, last: 10) { edges { node { kind message deployment { name } } } } }';
  for (let attempt = 0; ; attempt += 1) {
    const { events } = await ask<{ events: { edges: { node: unknown }[] } }>(app, query, { id: requestId });
    if (events.edges.length > 0 || attempt === 100) return events.edges.map(({ node }) => node);
    await delay(20);
  }
}
