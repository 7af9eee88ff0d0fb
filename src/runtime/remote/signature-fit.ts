import { formatShape, type Signature, type TensorSpec } from '../../tensors/index.js';
import { OtherModel } from './remote-failures.js';

/**
 * What the engine says of its model has to hold what the version promises: the same inputs, of the same types and wherever
 * the version leaves a dimension open; all of its outputs.
 *
 * @throws DomainError REMOTE_UNUSABLE that names both
 */
export function checkFit(version: Signature, engine: Signature, what: string): void {
  const wanted = new Map(version.inputs.map((spec) => [spec.name, spec]));
  const fits =
    engine.inputs.length === version.inputs.length &&
    engine.inputs.every((spec) => inputFits(wanted.get(spec.name), spec)) &&
    version.outputs.every((spec) =>
      outputFits(
        spec,
        engine.outputs.find(({ name }) => name === spec.name),
      ),
    );
  if (fits) return;
  throw new OtherModel(
    `The remote model ${what} is not what the version says. Expected inputs ${list(version.inputs)} and outputs ${list(version.outputs)}; ` +
      `the engine says inputs ${list(engine.inputs)} and outputs ${list(engine.outputs)}. Publish what is there as a version of its own, or have the right model served.`,
  );
}

/** Whatever the version lets through, the engine takes. */
function inputFits(version: TensorSpec | undefined, engine: TensorSpec): boolean {
  if (version?.datatype !== engine.datatype) return false;
  if (engine.unranked === true) return true;
  if (version.unranked === true || version.shape.length !== engine.shape.length) return false;
  return engine.shape.every((size, axis) => size === -1 || size === version.shape[axis]);
}

/** Nothing that the engine says contradicts the version; each answer is looked at as well. */
function outputFits(version: TensorSpec, engine: TensorSpec | undefined): boolean {
  if (engine?.datatype !== version.datatype) return false;
  if (engine.unranked === true || version.unranked === true) return true;
  if (version.shape.length !== engine.shape.length) return false;
  return version.shape.every((size, axis) => [-1, size].includes(engine.shape[axis] ?? NaN) || size === -1);
}

/** Whether a tensor of an answer is what the version promises. */
export function answerFits(spec: TensorSpec, datatype: string, shape: readonly number[]): boolean {
  if (spec.datatype !== datatype) return false;
  if (spec.unranked === true) return true;
  return (
    spec.shape.length === shape.length &&
    spec.shape.every((size, axis) => size === -1 || size === shape[axis])
  );
}

const LISTED = 8;

function list(specs: readonly TensorSpec[]): string {
  const shown = specs.slice(0, LISTED).map(specText).join(', ');
  if (specs.length > LISTED) return `${shown} and ${specs.length - LISTED} more`;
  return shown === '' ? 'none' : shown;
}

export function specText({ name, datatype, shape, unranked }: TensorSpec): string {
  return `"${name}" ${datatype} ${unranked === true ? 'of any shape' : formatShape(shape)}`;
}
