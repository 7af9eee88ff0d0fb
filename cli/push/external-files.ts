import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileFailure, wrongUsage } from '../failure.js';

/**
 * Which message of onnx/onnx.proto lies in each field, as far as one leads to a tensor. Weights are passed over, however
 * large they are.
 */
const LEADS_TO: Readonly<Record<Kind, Readonly<Record<number, Kind>>>> = {
  model: { 7: 'graph', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: { 13: 'entry' },
  entry: {},
};
type Kind = 'model' | 'graph' | 'function' | 'node' | 'attribute' | 'sparse' | 'tensor' | 'entry';

const WINDOW = 64 * 1024;
const MAX_DEPTH = 100;

/**
 * The files in which a model's tensors lie, as the graph names them, each once. A file that is no model names none: the server
 * says what it is. @throws Failure when the file cannot be read
 */
export function externalFiles(path: string): string[] {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw fileFailure('read', path, error);
  }
  try {
    return new Walker(file, fstatSync(file).size).locations();
  } catch (error) {
    if (error instanceof NoModel) return [];
    throw fileFailure('read', path, error);
  } finally {
    closeSync(file);
  }
}

class NoModel extends Error {}

class Walker {
  readonly #locations = new Set<string>();
  readonly #window = Buffer.alloc(WINDOW);
  #windowAt = 0;
  #windowLength = 0;
  #at = 0;

  constructor(
    private readonly file: number,
    private readonly size: number,
  ) {}

  locations(): string[] {
    this.#message('model', this.size, 0);
    return [...this.#locations];
  }

  #message(kind: Kind, end: number, depth: number): void {
    if (depth > MAX_DEPTH) throw new NoModel();
    const entries: (readonly [string, string])[] = [];
    let isExternal = false;
    while (this.#at < end) {
      // As the runtime reads it: no more than 32 bits of a tag count.
      const tag = this.#varint() % 2 ** 32;
      const [number, wireType] = [Math.floor(tag / 8), tag % 8];
      if (wireType === 0) {
        const value = this.#varint();
        if (kind === 'tensor' && number === 14) isExternal = value === 1;
        continue;
      }
      const length = wireType === 2 ? this.#varint() : wireType === 1 ? 8 : wireType === 5 ? 4 : Number.NaN;
      const until = this.#at + length;
      if (!(until <= end)) throw new NoModel();
      const inner = LEADS_TO[kind][number];
      if (wireType === 2 && inner === 'entry') entries.push(this.#entry(until));
      else if (wireType === 2 && inner !== undefined) this.#message(inner, until, depth + 1);
      this.#at = until;
    }
    if (!isExternal) return;
    const location = entries.findLast(([key]) => key === 'location')?.[1];
    if (location === undefined)
      throw wrongUsage('A tensor of the model lies in another file that it does not name.');
    this.#locations.add(location);
  }

  #entry(end: number): readonly [string, string] {
    const texts: Record<number, string> = {};
    while (this.#at < end) {
      const tag = this.#varint();
      if (tag % 8 !== 2) throw new NoModel();
      const length = this.#varint();
      if (length > 10_000 || this.#at + length > end) throw new NoModel();
      texts[Math.floor(tag / 8)] = Buffer.from(Array.from({ length }, () => this.#byte())).toString('utf8');
    }
    return [texts[1] ?? '', texts[2] ?? ''];
  }

  #varint(): number {
    let value = 0;
    for (let length = 0; length < 10; length += 1) {
      const byte = this.#byte();
      value += (byte & 0x7f) * 2 ** (7 * length);
      if (byte < 0x80) return value;
    }
    throw new NoModel();
  }

  #byte(): number {
    if (this.#at < this.#windowAt || this.#at >= this.#windowAt + this.#windowLength) {
      this.#windowAt = this.#at;
      this.#windowLength = readSync(this.file, this.#window, 0, WINDOW, this.#at);
      if (this.#windowLength === 0) throw new NoModel();
    }
    const byte = this.#window[this.#at - this.#windowAt] ?? 0;
    this.#at += 1;
    return byte;
  }
}
