import type { Signature, TensorSpec } from '../tensors/index.js';
import { formatSpec, type SignatureDifference, type TensorSide } from './signature-difference.js';

interface Pair {
  readonly side: TensorSide;
  readonly base: TensorSpec;
  readonly target: TensorSpec;
  /** Whole, since an output's dimension may follow an input's. */
  readonly signatures: { readonly base: Signature; readonly target: Signature };
}

type Verdict = Pick<SignatureDifference, 'kind' | 'severity' | 'reason'>;

/** Datatype, number of dimensions and each dimension of a tensor that both versions have under one name. */
export function compareShapes(pair: Pair): SignatureDifference[] {
  const { side, base, target } = pair;
  return verdicts(pair).map((verdict) => ({ side, tensor: base.name, ...verdict, base, target }));
}

function verdicts(pair: Pair): Verdict[] {
  const { base, target } = pair;
  const found: Verdict[] = [];
  if (base.datatype !== target.datatype)
    found.push({
      kind: 'DATATYPE',
      severity: 'BREAKING',
      reason: `${name(pair)} has datatype ${target.datatype} instead of ${base.datatype}.`,
    });
  const rank = compareRank(pair);
  if (rank) return [...found, rank];
  if (base.unranked === true) return found;
  const dimensions = base.shape.map((_, axis) => compareDimension(pair, axis));
  return [...found, ...dimensions.filter((verdict) => verdict !== null)];
}

function compareRank(pair: Pair): Verdict | null {
  const { side, base, target } = pair;
  if (base.unranked === target.unranked) {
    if (base.shape.length === target.shape.length) return null;
    return {
      kind: 'RANK',
      severity: 'BREAKING',
      reason: `${name(pair)} has ${dimensionCount(target)} instead of ${dimensionCount(base)}: ${formatSpec(target)} instead of ${formatSpec(base)}.`,
    };
  }
  const widened = target.unranked === true;
  const change = `${name(pair)} was ${formatSpec(base)} and is ${formatSpec(target)}`;
  if (widened === (side === 'INPUT'))
    return { kind: widened ? 'WIDENED' : 'NARROWED', severity: 'COMPATIBLE', reason: `${change}.` };
  return {
    kind: widened ? 'WIDENED' : 'NARROWED',
    severity: 'BREAKING',
    reason: widened
      ? `${change}: the shape callers count on is no longer promised.`
      : `${change}: other shapes are refused.`,
  };
}

function compareDimension(pair: Pair, axis: number): Verdict | null {
  const { side, base, target } = pair;
  const [before = -1, after = -1] = [base.shape[axis], target.shape[axis]];
  const where = `${name(pair)}, dimension ${axis}`;
  if (before === after) return before === -1 ? compareName(pair, axis, where) : null;
  if (before !== -1 && after !== -1)
    return {
      kind: 'RESIZED',
      severity: 'BREAKING',
      reason: `${where} is ${after} instead of ${before}.`,
    };
  if (after === -1)
    return side === 'INPUT'
      ? {
          kind: 'WIDENED',
          severity: 'COMPATIBLE',
          reason: `${where} may have any size and not only ${before}.`,
        }
      : {
          kind: 'WIDENED',
          severity: 'BREAKING',
          reason: `${where} may have any size, where callers count on ${before}.`,
        };
  if (side === 'INPUT')
    return {
      kind: 'NARROWED',
      severity: 'BREAKING',
      reason: `${where} must be ${after}, where any size was taken: other sizes are refused.`,
    };
  const followed = followsInputs(pair, axis);
  return {
    kind: 'NARROWED',
    severity: followed ? 'BREAKING' : 'COMPATIBLE',
    reason: followed
      ? `${where} is always ${after}, where it followed the size of the inputs.`
      : `${where} is always ${after}, where it could have any size.`,
  };
}

/**
 * Whether callers may count on an output's variable dimension to be as large as one of their inputs': it carries the
 * name of an input's dimension, or it is the first and so is a variable one of every input (a batch).
 */
function followsInputs({ base, signatures }: Pair, axis: number): boolean {
  const { inputs } = signatures.base;
  const dimension = base.dimensions?.[axis] ?? null;
  if (
    dimension !== null &&
    inputs.some(({ shape, dimensions }) =>
      shape.some((size, at) => size === -1 && dimensions?.[at] === dimension),
    )
  )
    return true;
  return axis === 0 && inputs.length > 0 && inputs.every(({ shape }) => shape[0] === -1);
}

/** What the graph calls a variable dimension concerns nobody who calls it, but a reader compares it. */
function compareName({ base, target }: Pair, axis: number, where: string): Verdict | null {
  const [before, after] = [base.dimensions?.[axis] ?? null, target.dimensions?.[axis] ?? null];
  if (before === after) return null;
  const called = (text: string | null) => (text === null ? 'without a name' : `called "${text}"`);
  return {
    kind: 'DIMENSION_NAME',
    severity: 'COMPATIBLE',
    reason: `${where} is ${called(after)} instead of ${called(before)}.`,
  };
}

function name({ side, base }: Pair): string {
  return `${side === 'INPUT' ? 'Input' : 'Output'} "${base.name}"`;
}

function dimensionCount({ shape }: TensorSpec): string {
  return shape.length === 1 ? '1 dimension' : `${shape.length} dimensions`;
}
