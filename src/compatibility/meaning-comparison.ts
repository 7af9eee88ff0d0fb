import { narrowTypeName, type TensorSpec } from '../tensors/index.js';
import type { SignatureDifference, TensorSide } from './signature-difference.js';

type Verdict = Pick<SignatureDifference, 'kind' | 'severity' | 'reason'>;

/** What a signature says of a tensor that both versions have, beyond its type and shape. */
export function compareMeanings(
  side: TensorSide,
  base: TensorSpec,
  target: TensorSpec,
): SignatureDifference[] {
  const name = `${side === 'INPUT' ? 'Input' : 'Output'} "${base.name}"`;
  return [
    compareDefaults(name, base, target),
    compareClasses(name, base, target),
    compareFormats(name, side, base, target),
  ].flatMap((verdict) => (verdict === null ? [] : { side, tensor: base.name, ...verdict, base, target }));
}

function compareDefaults(name: string, base: TensorSpec, target: TensorSpec): Verdict | null {
  if (base.default === undefined && target.default === undefined) return null;
  if (base.default === undefined)
    return { kind: 'OPTIONAL', severity: 'COMPATIBLE', reason: `${name} may be left out now.` };
  if (target.default === undefined)
    return {
      kind: 'REQUIRED',
      severity: 'BREAKING',
      reason: `${name} has to be sent now: a request that leaves it out is refused.`,
    };
  if (JSON.stringify(base.default) === JSON.stringify(target.default)) return null;
  return {
    kind: 'DEFAULT',
    severity: 'COMPATIBLE',
    reason: `${name} is another value when a request leaves it out.`,
  };
}

function compareClasses(name: string, base: TensorSpec, target: TensorSpec): Verdict | null {
  const [before, after] = [base.classLabels, target.classLabels];
  if (before === undefined && after === undefined) return null;
  if (before !== undefined && after !== undefined) {
    const changed = before.findIndex((label, place) => label !== after[place]);
    if (changed === -1 && before.length === after.length) return null;
    const place = changed === -1 ? before.length : changed;
    const was = before[place] === undefined ? 'nothing' : `"${before[place]}"`;
    const is = after[place] === undefined ? 'nothing' : `"${after[place]}"`;
    return {
      kind: 'CLASSES',
      severity: 'BREAKING',
      reason: `${name} has other classes: column ${place} stood for ${was} and stands for ${is}.`,
    };
  }
  return {
    kind: 'CLASSES',
    severity: 'COMPATIBLE',
    reason: `The graph ${before === undefined ? 'now names' : 'no longer names'} the classes of ${name[0]?.toLowerCase()}${name.slice(1)}.`,
  };
}

function compareFormats(
  name: string,
  side: TensorSide,
  base: TensorSpec,
  target: TensorSpec,
): Verdict | null {
  if (base.storedAs === target.storedAs) return null;
  const format = ({ storedAs, datatype }: TensorSpec) =>
    storedAs === undefined ? datatype : narrowTypeName(storedAs);
  const refuses = side === 'INPUT' && target.storedAs !== undefined;
  return {
    kind: 'NUMBER_FORMAT',
    severity: refuses ? 'BREAKING' : 'COMPATIBLE',
    reason: `${name} is ${format(target)} in the graph instead of ${format(base)}${refuses ? ': values that it cannot hold are refused' : ''}.`,
  };
}
