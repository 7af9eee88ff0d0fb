import type protobuf from 'protobufjs';
import { MalformedProtobuf, type WindowedFile } from './windowed-file.js';

/** What is left without the skipped fields is still more than the caller is willing to decode. */
export class SkeletonTooLarge extends Error {}

// Protobuf's own limit; it keeps a file of nested lengths from exhausting the stack.
const maxDepth = 100;

/**
 * Copies a protobuf file without the fields its schema leaves out. A 1 GB model shrinks to the kilobytes that
 * describe it before anything is decoded, and is never in memory.
 */
export function readSkeleton(file: WindowedFile, type: protobuf.Type, maxBytes: number): Buffer {
  const budget = { left: maxBytes };
  return Buffer.concat(copyMessage(file, file.size, type, budget, 0));
}

function copyMessage(
  file: WindowedFile,
  end: number,
  type: protobuf.Type,
  budget: { left: number },
  depth: number,
): Uint8Array[] {
  if (depth > maxDepth) throw new MalformedProtobuf(`messages are nested more than ${maxDepth} deep`);
  const parts: Uint8Array[] = [];
  const keep = (...bytes: Uint8Array[]) => {
    for (const part of bytes) budget.left -= part.length;
    if (budget.left < 0) throw new SkeletonTooLarge();
    parts.push(...bytes);
  };
  while (file.position < end) {
    const tag = file.varint();
    const field = type.fieldsById[Math.floor(tag.value / 8)];
    const wireType = tag.value % 8;
    if (wireType === 0) {
      const value = file.varint();
      if (field !== undefined) keep(Uint8Array.from([...tag.bytes, ...value.bytes]));
    } else if (wireType === 2) {
      const length = file.varint();
      const fieldEnd = file.position + length.value;
      if (fieldEnd > end) throw new MalformedProtobuf('a field is longer than the message that holds it');
      const inner = field?.resolvedType;
      if (field === undefined) file.position = fieldEnd;
      else if (isMessage(inner)) {
        // Charged for the objects decoding makes of it, which outweigh the few bytes of an empty message.
        budget.left -= 64;
        const copied = copyMessage(file, fieldEnd, inner, budget, depth + 1);
        keep(Uint8Array.from([...tag.bytes, ...varint(copied.reduce((sum, part) => sum + part.length, 0))]));
        // Already charged where it was copied.
        for (const part of copied) parts.push(part);
      } else {
        if (length.value > budget.left) throw new SkeletonTooLarge();
        keep(Uint8Array.from([...tag.bytes, ...length.bytes]), file.copy(length.value));
      }
    } else if (wireType === 1 || wireType === 5) file.position += wireType === 1 ? 8 : 4;
    else throw new MalformedProtobuf(`a field has the unknown wire type ${wireType}`);
  }
  if (file.position !== end) throw new MalformedProtobuf('a field is longer than the message that holds it');
  return parts;
}

function isMessage(type: protobuf.ReflectionObject | null | undefined): type is protobuf.Type {
  return type !== null && type !== undefined && 'fieldsById' in type;
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
