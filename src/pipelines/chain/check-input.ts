import { DATA_TYPES, type DataType, type TensorSpec } from '../../tensors/index.js';
import { columnCount, FIELDS } from './columns.js';
import { invalidPipeline } from '../pipeline-error.js';
import { PipelineFaults } from '../pipeline-faults.js';
import type { DeclaredInput, InstanceKind, SourceStep } from '../pipeline-schema.js';
import { checkTransforms } from './transforms.js';

const FLOATS: readonly DataType[] = ['FP16', 'FP32', 'FP64'];
/** Whole numbers are put into the integer types, and what is none is the row's error. */
const NUMBERS: readonly DataType[] = DATA_TYPES.filter((type) => type !== 'BYTES' && type !== 'BOOL');
const BITS: readonly DataType[] = [...NUMBERS, 'BOOL'];

/** Whether the declared steps can make this tensor from an instance of this kind. @throws INVALID_PIPELINE */
export function checkInput(
  input: DeclaredInput,
  spec: TensorSpec,
  kind: InstanceKind,
  path: readonly string[],
): void {
  const [source, ...transforms] = input.steps;
  checkSource(source, kind, [...path, 'steps', '0']);
  const faults = new PipelineFaults();
  faults.attempt(() => {
    checkDatatype(source, transforms.length > 0, spec, path);
  });
  faults.attempt(() =>
    kind === 'particles' ? checkParticleShape(source, spec, path) : checkRowShape(source, spec, path),
  );
  const columns =
    kind === 'particles' && source.step === 'field'
      ? (FIELDS.particles[source.field]?.shape.at(-1) ?? 1)
      : columnCount(source);
  faults.attempt(() => {
    checkTransforms(transforms, columns, [...path, 'steps'], 1);
  });
  faults.attempt(() => {
    checkUnitCount(input.unit, columns, [...path, 'unit']);
  });
  faults.throwIfAny();
}

function checkUnitCount(unit: DeclaredInput['unit'], columns: number, path: readonly string[]): void {
  if (typeof unit !== 'string' && unit.length !== columns)
    throw invalidPipeline(
      path,
      `one unit for all, or one for each of the ${columns} columns; got ${unit.length}`,
    );
}

function checkSource(source: SourceStep, kind: InstanceKind, path: readonly string[]): void {
  if (source.step !== 'field') {
    if (kind !== 'molecule')
      throw invalidPipeline(
        path,
        `"${source.step}" reads a molecule, but instance.kind is "${kind}"; use {"step":"field","field":…}`,
      );
    if (source.step === 'fingerprint') checkFingerprint(source, path);
    return;
  }
  const fields = FIELDS[kind];
  const known = Object.keys(fields);
  const field = Object.hasOwn(fields, source.field) ? fields[source.field] : undefined;
  if (field === undefined)
    throw invalidPipeline(
      [...path, 'field'],
      known.length === 0
        ? `a ${kind} has no fields of its own; start with "descriptors" or "fingerprint"`
        : `a ${kind} instance has the fields ${known.join(', ')}; got "${source.field}"`,
    );
  if (source.absent !== undefined && !field.optional)
    throw invalidPipeline(
      [...path, 'absent'],
      `"${source.field}" can not be left out of an instance, so nothing can stand in for it`,
    );
}

function checkFingerprint(
  source: Extract<SourceStep, { step: 'fingerprint' }>,
  path: readonly string[],
): void {
  if (source.type === 'morgan' && source.radius === undefined)
    throw invalidPipeline([...path, 'radius'], 'a Morgan fingerprint needs its radius (2 is ECFP4)');
  if (source.type !== 'morgan' && source.radius !== undefined)
    throw invalidPipeline(
      [...path, 'radius'],
      `only a Morgan fingerprint has a radius, not "${source.type}"`,
    );
  if (source.type === 'maccs' && source.bits !== undefined && source.bits !== columnCount(source))
    throw invalidPipeline(
      [...path, 'bits'],
      `MACCS keys have ${columnCount(source)} bits, got ${source.bits}`,
    );
}

function checkDatatype(
  source: SourceStep,
  transformed: boolean,
  spec: TensorSpec,
  path: readonly string[],
): void {
  const untransformed = source.step === 'fingerprint' ? BITS : NUMBERS;
  const allowed = transformed ? FLOATS : untransformed;
  if (!allowed.includes(spec.datatype))
    throw invalidPipeline(
      [...path, 'steps'],
      `these steps can fill a tensor of ${allowed.join(', ')}, but the graph's input is ${spec.datatype}; add a Cast to the graph`,
    );
}

/** One row of columns: [batch, columns], or [batch] for a single column. */
function checkRowShape(source: SourceStep, spec: TensorSpec, path: readonly string[]): void {
  const columns = columnCount(source);
  const [, width] = spec.shape;
  const fits =
    spec.shape.length === 1 ? columns === 1 : spec.shape.length === 2 && (width === -1 || width === columns);
  if (!fits)
    throw invalidPipeline(
      [...path, 'steps'],
      `these steps make ${columns} column${columns === 1 ? '' : 's'} for each instance, so shape [-1,${columns}]${columns === 1 ? ' or [-1]' : ''}; the graph's input is [${spec.shape.join(',')}]`,
    );
}

/** The field's own shape; a scalar may also be [1]. */
function checkParticleShape(source: SourceStep, spec: TensorSpec, path: readonly string[]): void {
  const shape = source.step === 'field' ? (FIELDS.particles[source.field]?.shape ?? []) : [];
  const fits =
    shape.length === 0
      ? spec.shape.length === 0 || (spec.shape.length === 1 && (spec.shape[0] === 1 || spec.shape[0] === -1))
      : spec.shape.length === shape.length &&
        spec.shape.every((size, axis) => size === -1 || shape[axis] === -1 || size === shape[axis]);
  if (!fits)
    throw invalidPipeline(
      [...path, 'steps'],
      `this step makes ${shape.length === 0 ? 'a scalar, shape [] or [1]' : `shape [${shape.join(',')}]`}; the graph's input is [${spec.shape.join(',')}]`,
    );
}
