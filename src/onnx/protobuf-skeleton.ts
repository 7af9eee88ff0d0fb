import protobuf from 'protobufjs';
import { fields, integers, MAX_DEPTH, type Field } from './difference/protobuf-fields.js';
import { MalformedProtobuf, type WindowedFile } from './windowed-file.js';

/** What is left without the skipped fields is still more than the caller is willing to decode. */
export class SkeletonTooLarge extends Error {}

/**
 * Copies a protobuf file without the fields its schema leaves out: a 1 GB model shrinks to the kilobytes that describe it
 * before anything is decoded, and is never in memory. What is copied is written anew as it is to be understood, one form
 * for each meaning: fields of another wire type than the schema's are no more than unknown ones, a message in several
 * parts is one, of the members of a oneof the last counts, and an enumeration has no other values than its own. So a
 * decoder that is less exact about these reads what the runtime reads.
 *
 * @throws MalformedProtobuf, SkeletonTooLarge
 */
export function readSkeleton(file: WindowedFile, type: protobuf.Type, maxBytes: number): Buffer {
  const copier = new Copier(file, maxBytes);
  return Buffer.concat(copier.message([{ start: 0, end: file.size }], type, 0));
}

/** A part of the file. A message may consist of several, which are read one after the other. */
type Range = Pick<Field, 'start' | 'end'>;

/** What of a message has been seen and may still be added to, or replaced. */
interface Open {
  readonly field: protobuf.Field;
  readonly ranges: Range[];
  readonly parts: Uint8Array[];
}

// What an element costs once it is decoded, beside its bytes.
const OBJECT_BYTES = 64;

class Copier {
  constructor(
    private readonly file: WindowedFile,
    private left: number,
  ) {}

  message(ranges: readonly Range[], type: protobuf.Type, depth: number): Uint8Array[] {
    if (depth > MAX_DEPTH) throw new MalformedProtobuf(`messages are nested more than ${MAX_DEPTH} deep`);
    const parts: Uint8Array[] = [];
    const open = new Map<string, Open>();
    for (const { start, end } of ranges) {
      this.file.position = start;
      for (const found of fields(this.file, end)) {
        const field = type.fieldsById[found.number];
        if (field === undefined || !isOfType(found, field)) continue;
        const isMessage = field.resolvedType instanceof protobuf.Type;
        if (isMessage && field.repeated) parts.push(...this.#submessage(field, [found], depth));
        else if (isMessage || field.partOf !== null) {
          const entry = openEntry(open, field);
          if (isMessage) entry.ranges.push(found);
          else entry.parts.push(...this.#scalar(found, field));
        } else parts.push(...this.#scalar(found, field));
      }
    }
    for (const { field, ranges: seen, parts: scalars } of open.values())
      parts.push(...(seen.length > 0 ? this.#submessage(field, seen, depth) : scalars));
    return parts;
  }

  #submessage(field: protobuf.Field, ranges: readonly Range[], depth: number): Uint8Array[] {
    this.#charge(OBJECT_BYTES);
    const inner = this.message(ranges, field.resolvedType as protobuf.Type, depth + 1);
    const length = inner.reduce((sum, part) => sum + part.length, 0);
    // What is in it has been charged where it was copied.
    return [Uint8Array.from([...tagOf(field, 2), ...varint(length)]), ...inner];
  }

  #scalar(found: Field, field: protobuf.Field): Uint8Array[] {
    const { wireType, bytes, start, end } = found;
    if (field.resolvedType instanceof protobuf.Enum) {
      const value = Number(BigInt.asIntN(32, integers(this.file, found)[0] ?? 0n));
      return field.resolvedType.valuesById[value] === undefined
        ? []
        : [Uint8Array.from([...tagOf(field, 0), ...varint(value)])];
    }
    this.#charge(8 + end - start);
    if (wireType === 0) return [Uint8Array.from([...tagOf(field, 0), ...bytes])];
    if (wireType === 2 && isNumber(field)) {
      // An element is a byte at least.
      this.#charge(8 * (end - start));
      checkList(this.file, found, wireTypeOf(field));
    }
    this.file.position = start;
    const prefix = [...tagOf(field, wireType), ...(wireType === 2 ? varint(end - start) : [])];
    return [Uint8Array.from(prefix), this.file.copy(end - start)];
  }

  #charge(bytes: number): void {
    this.left -= bytes;
    if (this.left < 0) throw new SkeletonTooLarge();
  }
}

/** Of a oneof there is one entry, for the member seen last. */
function openEntry(open: Map<string, Open>, field: protobuf.Field): Open {
  const key = field.partOf?.name ?? `=${field.name}`;
  const known = open.get(key);
  if (known?.field === field) {
    // A message goes on; a number or a text is replaced.
    known.parts.length = 0;
    return known;
  }
  const entry: Open = { field, ranges: [], parts: [] };
  open.set(key, entry);
  return entry;
}

/** Lists of numbers may be written as one or each for itself, whatever the schema prefers. */
function isOfType({ wireType }: Field, field: protobuf.Field): boolean {
  return wireType === wireTypeOf(field) || (wireType === 2 && field.repeated && isNumber(field));
}

function wireTypeOf({ resolvedType, type }: protobuf.Field): number {
  if (resolvedType instanceof protobuf.Type) return 2;
  return (protobuf.types.basic as Readonly<Record<string, number>>)[type] ?? 0;
}

function isNumber(field: protobuf.Field): boolean {
  return wireTypeOf(field) !== 2;
}

/** @throws MalformedProtobuf when a list does not end where an element does */
function checkList(file: WindowedFile, list: Field, wireType: number): void {
  if (wireType === 0) integers(file, list);
  else if ((list.end - list.start) % (wireType === 1 ? 8 : 4) !== 0)
    throw new MalformedProtobuf('a number is longer than the list that holds it');
}

function tagOf(field: protobuf.Field, wireType: number): number[] {
  return varint(field.id * 8 + wireType);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}
