import { randomUUID } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { NumberArrayReader } from './number-arrays.js';
import type { NumberBlockParts } from './number-block.js';
import { scanJson, type Beyond, type FoundNumbers, type JsonPath } from './scan-json.js';
import type { JsonCounts } from './json-weight.js';

export interface ScanRequest {
  readonly id: number;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly tolerant: boolean;
}

export type ScanAnswer = { readonly id: number } & (
  | { readonly beyond: Beyond }
  | {
      readonly counts: JsonCounts;
      /** The body with a string in the place of each block. */
      readonly rest: Uint8Array<ArrayBuffer>;
      readonly blocks: readonly (NumberBlockParts & {
        readonly path: JsonPath;
        readonly placeholder: string;
      })[];
    }
);

parentPort?.on('message', ({ id, body, tolerant }: ScanRequest) => {
  const scan = scanJson(body, new NumberArrayReader(tolerant));
  if (typeof scan === 'string') {
    parentPort?.postMessage({ id, beyond: scan } satisfies ScanAnswer);
    return;
  }
  const { counts, found } = scan;
  // The mark is unknown outside, so no input holds it by chance or on purpose.
  const mark = `numbers ${randomUUID()}`;
  const blocks = found.map(({ shape, values, booleans, digits, path }, index) => {
    const placeholder = `${mark} ${index}`;
    return { shape, values, booleans, path, placeholder, ...(digits && { digits }) };
  });
  const rest = withPlaceholders(body, found, (index) => `"${mark} ${index}"`);
  const moved = blocks.flatMap(({ values, digits }) => [
    values.buffer as ArrayBuffer,
    ...(digits ? [digits.buffer as ArrayBuffer] : []),
  ]);
  parentPort?.postMessage({ id, counts, rest, blocks } satisfies ScanAnswer, [rest.buffer, ...moved]);
});

function withPlaceholders(
  body: Uint8Array<ArrayBuffer>,
  found: readonly FoundNumbers[],
  placeholder: (index: number) => string,
): Uint8Array<ArrayBuffer> {
  if (found.length === 0) return body;
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const [index, { start, end }] of found.entries()) {
    parts.push(body.subarray(at, start), Buffer.from(placeholder(index)));
    at = end;
  }
  parts.push(body.subarray(at));
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const rest = new Uint8Array(length);
  let written = 0;
  for (const part of parts) {
    rest.set(part, written);
    written += part.length;
  }
  return rest;
}
