import { elementType, type ElementType } from './element-types.js';
import { ElementBytes, type ContentFile, type StoredTensor } from './stored-tensor.js';

/** How far the elements of two tensors of one type and shape lie apart. */
export interface TensorDifference {
  /** Elements that differ; of complex types, real and imaginary parts count one by one. */
  readonly changed: number;
  readonly elements: number;
  /**
   * Largest |target − base|. Elements that are not finite on either side are counted in `nonFinite` instead; null when no
   * element is finite on both.
   */
  readonly largest: number | null;
  /** Mean |target − base| over all elements that are finite on both sides, equal ones included; null when none is. */
  readonly mean: number | null;
  /** Mean |base|: what the changes are large or small against; null when no element of the base is finite. */
  readonly meanMagnitude: number | null;
  /** Elements that differ and are not finite on one side or the other. */
  readonly nonFinite: number;
}

/** What comparing the elements of two tensors found: equal, so and so far apart, or different without numbers. */
export type ContentDifference = 'EQUAL' | 'DIFFERENT' | TensorDifference;

/** A multiple of every element's size. */
const CHUNK_BYTES = 1024 * 1024;

/** Reads two tensors side by side, a megabyte at a time. Used for one pair after the other. */
export class TensorComparer {
  readonly #base = new ArrayBuffer(CHUNK_BYTES);
  readonly #target = new ArrayBuffer(CHUNK_BYTES);

  constructor(private readonly files: { readonly base: ContentFile; readonly target: ContentFile }) {}

  /** Of tensors of one type and shape. */
  compare(base: StoredTensor, target: StoredTensor): ContentDifference {
    const type = elementType(base.type);
    if (!type || type.decoding.kind === 'text' || base.layout === 'opaque' || target.layout === 'opaque')
      return this.digest('base', base) === this.digest('target', target) ? 'EQUAL' : 'DIFFERENT';
    const [ours, theirs] = [
      new ElementBytes(this.files.base, base),
      new ElementBytes(this.files.target, target),
    ];
    const [before, after] = [Buffer.from(this.#base), Buffer.from(this.#target)];
    const tally = new Tally();
    for (;;) {
      const [length, otherLength] = [ours.fill(before), theirs.fill(after)];
      // A file that holds fewer elements than its shape says.
      if (length !== otherLength) return 'DIFFERENT';
      if (length === 0) break;
      const equal = before.compare(after, 0, length, 0, length) === 0;
      tally.chunk(type, this.#base, this.#target, length, equal);
    }
    return tally.result();
  }

  digest(side: 'base' | 'target', tensor: StoredTensor): string {
    return this.files[side].digest(tensor, Buffer.from(this.#base));
  }
}

class Tally {
  #changed = 0;
  #elements = 0;
  #largest = 0;
  #sum = 0;
  #magnitude = 0;
  #finite = 0;
  #finiteBase = 0;
  #nonFinite = 0;

  chunk(type: ElementType, base: ArrayBuffer, target: ArrayBuffer, length: number, equal: boolean): void {
    const { decoding, bits } = type;
    switch (decoding.kind) {
      case 'typed': {
        const count = (length * 8 * type.numbers) / bits;
        this.#numbers(decoding.view(base, count), decoding.view(target, count), count, equal);
        return;
      }
      case 'wide':
        this.#wide(decoding.view(base, length / 8), decoding.view(target, length / 8), length / 8, equal);
        return;
      case 'table': {
        const table = decoding.table();
        const [ours, theirs] = [codes(base, length, bits), codes(target, length, bits)];
        this.#numbers(looked(ours, table), looked(theirs, table), ours.length, equal);
        return;
      }
      case 'text':
    }
  }

  result(): ContentDifference {
    if (this.#changed === 0) return 'EQUAL';
    return {
      changed: this.#changed,
      elements: this.#elements,
      largest: this.#finite === 0 ? null : this.#largest,
      mean: this.#finite === 0 ? null : this.#sum / this.#finite,
      meanMagnitude: this.#finiteBase === 0 ? null : this.#magnitude / this.#finiteBase,
      nonFinite: this.#nonFinite,
    };
  }

  #numbers(base: ArrayLike<number>, target: ArrayLike<number>, count: number, equal: boolean): void {
    this.#elements += count;
    let [magnitude, finiteBase, sum, finite, largest] = [0, 0, 0, 0, this.#largest];
    for (let index = 0; index < count; index += 1) {
      const before = base[index] ?? 0;
      if (Number.isFinite(before)) {
        magnitude += Math.abs(before);
        finiteBase += 1;
      }
      if (equal) continue;
      const after = target[index] ?? 0;
      const difference = Math.abs(after - before);
      if (difference === 0) finite += 1;
      else if (Number.isFinite(difference)) {
        finite += 1;
        this.#changed += 1;
        sum += difference;
        if (difference > largest) largest = difference;
      } else if (!Object.is(before, after)) {
        this.#changed += 1;
        this.#nonFinite += 1;
      }
    }
    this.#magnitude += magnitude;
    this.#finiteBase += finiteBase;
    this.#sum += sum;
    this.#finite += equal ? finiteBase : finite;
    this.#largest = largest;
  }

  #wide(base: ArrayLike<bigint>, target: ArrayLike<bigint>, count: number, equal: boolean): void {
    this.#elements += count;
    this.#finite += count;
    this.#finiteBase += count;
    for (let index = 0; index < count; index += 1) {
      const before = base[index] ?? 0n;
      this.#magnitude += Math.abs(Number(before));
      if (equal) continue;
      // Before it is a double: two large numbers may be equal as doubles and are not equal.
      const difference = Math.abs(Number((target[index] ?? 0n) - before));
      if (difference === 0) continue;
      this.#changed += 1;
      this.#sum += difference;
      if (difference > this.#largest) this.#largest = difference;
    }
  }
}

/** The elements' bits, unpacked: the first of those that share a byte lies in its lowest bits. */
function codes(buffer: ArrayBuffer, length: number, bits: number): Uint8Array | Uint16Array {
  if (bits === 16) return new Uint16Array(buffer, 0, length / 2);
  const bytes = new Uint8Array(buffer, 0, length);
  if (bits === 8) return bytes;
  const each = 8 / bits;
  const unpacked = new Uint8Array(length * each);
  for (let index = 0; index < unpacked.length; index += 1)
    unpacked[index] = ((bytes[Math.floor(index / each)] ?? 0) >>> (bits * (index % each))) & (2 ** bits - 1);
  return unpacked;
}

function looked(places: Uint8Array | Uint16Array, table: Float64Array): Float64Array {
  const numbers = new Float64Array(places.length);
  for (let index = 0; index < places.length; index += 1) numbers[index] = table[places[index] ?? 0] ?? 0;
  return numbers;
}
