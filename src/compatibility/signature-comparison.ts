import type { Signature, TensorSpec } from '../tensors/index.js';
import { compareMeanings } from './meaning-comparison.js';
import { compareShapes } from './shape-comparison.js';
import {
  alike,
  formatSpec,
  worst,
  type Compatibility,
  type SignatureDifference,
  type TensorSide,
} from './signature-difference.js';
import { compareTies } from './dimension-ties.js';

export interface SignatureComparison {
  readonly compatibility: Compatibility;
  /** Inputs first, in the base's order, then outputs; what only the target has comes last on each side. */
  readonly differences: readonly SignatureDifference[];
}

/**
 * What a caller of `base` meets with `target`. Such a caller sends the base's inputs by name, in any size the base
 * allows, and reads the base's outputs by name.
 *
 * | difference | as an input | as an output |
 * | --- | --- | --- |
 * | only in the target | BREAKING: the caller does not send it; COMPATIBLE if optional | COMPATIBLE: nobody reads it |
 * | only in the base, or under another name | BREAKING: it is refused as unknown | BREAKING: it is missing |
 * | another datatype or number of dimensions | BREAKING | BREAKING |
 * | a fixed dimension, or any shape at all, becomes variable | COMPATIBLE | BREAKING: sizes the caller counted on |
 * | a variable dimension becomes fixed | BREAKING | COMPATIBLE, unless it followed the inputs |
 * | a fixed dimension has another size | BREAKING | BREAKING |
 * | variable dimensions must now agree | BREAKING | – |
 * | they need no longer agree; other names; another order | COMPATIBLE | COMPATIBLE |
 * | may be left out now; another default | COMPATIBLE | – |
 * | has to be sent now | BREAKING | – |
 * | other classes along the last dimension | – | BREAKING; COMPATIBLE where one graph names none |
 * | another number format inside the graph | BREAKING where it holds fewer values | COMPATIBLE |
 *
 * Pure. A signature is IDENTICAL to itself, and IDENTICAL means equal in everything a signature has.
 */
export function compareSignatures(base: Signature, target: Signature): SignatureComparison {
  const differences = [
    ...compareSide('INPUT', base, target),
    ...compareTies(base.inputs, target.inputs),
    ...compareSide('OUTPUT', base, target),
  ];
  return { compatibility: worst(differences), differences };
}

function compareSide(side: TensorSide, base: Signature, target: Signature): SignatureDifference[] {
  const ours = side === 'INPUT' ? base.inputs : base.outputs;
  const theirs = side === 'INPUT' ? target.inputs : target.outputs;
  const byName = new Map(theirs.map((spec) => [spec.name, spec]));
  const known = new Set(ours.map(({ name }) => name));
  const added = theirs.filter(({ name }) => !known.has(name));
  const removed = ours.filter(({ name }) => !byName.has(name));
  const renamed = renames(removed, added);

  const differences = ours.flatMap((spec): SignatureDifference[] => {
    const same = byName.get(spec.name);
    if (same)
      return [
        ...compareShapes({ side, base: spec, target: same, signatures: { base, target } }),
        ...compareMeanings(side, spec, same),
      ];
    const other = renamed.get(spec);
    return [other ? rename(side, spec, other) : removal(side, spec)];
  });
  const renamedTo = new Set(renamed.values());
  for (const spec of added) if (!renamedTo.has(spec)) differences.push(addition(side, spec));
  return [...differences, ...reorder(side, ours, theirs)];
}

/** What is gone and what is new count as one tensor under another name when no other pair could be meant. */
function renames(removed: readonly TensorSpec[], added: readonly TensorSpec[]): Map<TensorSpec, TensorSpec> {
  const pairs = new Map<TensorSpec, TensorSpec>();
  for (const spec of removed) {
    const candidates = added.filter((other) => alike(spec, other));
    const [candidate] = candidates;
    const rivals = removed.filter((other) => alike(spec, other));
    if (candidate && candidates.length === 1 && rivals.length === 1) pairs.set(spec, candidate);
  }
  return pairs;
}

function rename(side: TensorSide, base: TensorSpec, target: TensorSpec): SignatureDifference {
  const consequence =
    side === 'INPUT' ? 'a request that sends the old name is refused' : 'a caller does not find the old name';
  return {
    side,
    tensor: base.name,
    kind: 'RENAMED',
    severity: 'BREAKING',
    reason: `${label(side)} "${base.name}" is gone; "${target.name}", also ${formatSpec(target)}, may be the same under a new name: ${consequence}.`,
    base,
    target,
  };
}

function removal(side: TensorSide, base: TensorSpec): SignatureDifference {
  const consequence =
    side === 'INPUT' ? 'a request that sends it is refused' : 'a caller does not find it in the answer';
  return {
    side,
    tensor: base.name,
    kind: 'REMOVED',
    severity: 'BREAKING',
    reason: `${label(side)} "${base.name}" (${formatSpec(base)}) is gone: ${consequence}.`,
    base,
    target: null,
  };
}

function addition(side: TensorSide, target: TensorSpec): SignatureDifference {
  const isInput = side === 'INPUT';
  const isNeeded = isInput && target.default === undefined;
  const consequence = isNeeded
    ? 'every input has to be sent, and callers do not send it yet'
    : isInput
      ? 'it may be left out'
      : 'callers who do not know it are not concerned';
  return {
    side,
    tensor: target.name,
    kind: 'ADDED',
    severity: isNeeded ? 'BREAKING' : 'COMPATIBLE',
    reason: `${label(side)} "${target.name}" (${formatSpec(target)}) is new: ${consequence}.`,
    base: null,
    target,
  };
}

/** Tensors are addressed by name, so order matters only to callers that count positions. */
function reorder(
  side: TensorSide,
  ours: readonly TensorSpec[],
  theirs: readonly TensorSpec[],
): SignatureDifference[] {
  const theirNames = new Set(theirs.map(({ name }) => name));
  const ourNames = new Set(ours.map(({ name }) => name));
  const before = ours.map(({ name }) => name).filter((name) => theirNames.has(name));
  const after = theirs.map(({ name }) => name).filter((name) => ourNames.has(name));
  const moved = before.findIndex((name, index) => name !== after[index]);
  const name = before[moved];
  if (name === undefined) return [];
  return [
    {
      side,
      tensor: name,
      kind: 'ORDER',
      severity: 'COMPATIBLE',
      reason: `${label(side)}s come in the order ${list(after)} instead of ${list(before)}: they go by name, so only a caller who counts positions would notice.`,
      base: ours.find((spec) => spec.name === name) ?? null,
      target: theirs.find((spec) => spec.name === name) ?? null,
    },
  ];
}

function label(side: TensorSide): string {
  return side === 'INPUT' ? 'Input' : 'Output';
}

const SHOWN = 8;

function list(names: readonly string[]): string {
  const shown = names
    .slice(0, SHOWN)
    .map((name) => `"${name}"`)
    .join(', ');
  return names.length > SHOWN ? `${shown} and ${names.length - SHOWN} more` : shown;
}
