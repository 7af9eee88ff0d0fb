import { requiredInputs, type RawTensor, type Signature, type TensorSpec } from '../../tensors/index.js';
import { DomainError } from '../../platform/errors.js';
import { NumberBlock } from '../../platform/json/index.js';
import { arrayAt, described, isAbsent, objectAt } from '../protocol-body.js';
import { fromNested, isEncodedBytes } from './nested-tensor.js';
import { specsOf } from './signature.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** Row form: one entry an instance. Columnar form: whole tensors. */
export type PredictCall =
  | { readonly form: 'row'; readonly instances: readonly unknown[] | NumberBlock }
  | { readonly form: 'columnar'; readonly inputs: unknown };

/** @throws DomainError INVALID_ARGUMENT */
export function readPredictCall(body: JsonObject): PredictCall {
  const { instances, inputs } = body;
  if (isAbsent(instances) === isAbsent(inputs)) {
    const got = isAbsent(instances) ? 'neither' : 'both';
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected exactly one of "instances" (rows) and "inputs" (columns), got ${got}.`,
    );
  }
  if (isAbsent(instances)) return { form: 'columnar', inputs };
  const rows = instances instanceof NumberBlock ? instances : arrayAt(instances, 'instances');
  if (rows.length === 0)
    throw new DomainError(
      'INVALID_ARGUMENT',
      'Expected at least one entry in "instances", got an empty list.',
    );
  return { form: 'row', instances: rows };
}

/** @throws DomainError INVALID_ARGUMENT, INVALID_TENSOR */
export function predictInputs(call: PredictCall, signature: Signature): RawTensor[] {
  if (call.form === 'columnar') {
    const { inputs } = call;
    if (isNamed(inputs)) return columns(inputs, signature, 'inputs');
    return [fromNested(inputs, onlyInput(signature, inputs, 'inputs'), 'inputs')];
  }
  const { instances } = call;
  if (instances instanceof NumberBlock)
    return [fromNested(instances, onlyInput(signature, instances, 'instances'), 'instances')];
  const [first] = instances;
  if (isNamed(first)) return columns(columnsOf(instances, Object.keys(first)), signature, 'instances');
  return [fromNested(instances, onlyInput(signature, first, 'instances[0]'), 'instances')];
}

function isNamed(value: unknown): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof NumberBlock) &&
    !isEncodedBytes(value)
  );
}

/** Instances as objects, turned into one list an input. */
function columnsOf(instances: readonly unknown[], names: readonly string[]): JsonObject {
  const rows = instances.map((instance, index) => {
    const row = objectAt(instance, `instances[${index}]`);
    if (Object.keys(row).length !== names.length || !names.every((name) => Object.hasOwn(row, name)))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected instances[${index}] to name the same inputs as instances[0], ${names.map((name) => JSON.stringify(name)).join(', ')}, got ${described(row)}.`,
      );
    return row;
  });
  return Object.fromEntries(names.map((name) => [name, rows.map((row) => row[name])]));
}

function columns(values: JsonObject, signature: Signature, place: string): RawTensor[] {
  return Object.entries(values).map(([name, value]) => {
    const spec = signature.inputs.find((input) => input.name === name);
    if (spec) return fromNested(value, spec, `${place}, "${name}"`);
    throw new DomainError(
      'INVALID_TENSOR',
      `Unknown input ${JSON.stringify(name.slice(0, 100))} in ${place}: expected ${specsOf(signature.inputs)}.`,
    );
  });
}

function onlyInput(signature: Signature, got: unknown, place: string): TensorSpec {
  const [only, ...others] = requiredInputs(signature);
  if (only && others.length === 0) return only;
  throw new DomainError(
    'INVALID_TENSOR',
    `Expected ${place} to be an object of ${specsOf(signature.inputs)}, got ${described(got)}.`,
  );
}
