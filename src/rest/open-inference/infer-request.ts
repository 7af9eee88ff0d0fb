import { DATA_TYPES, type DataType, type RawTensor } from '../../tensors/index.js';
import { type Priority } from '../../inference/index.js';
import { DomainError } from '../../platform/errors.js';
import { NumberBlock } from '../../platform/json/index.js';
import {
  arrayAt,
  booleanAt,
  described,
  isAbsent,
  jsonObject,
  objectAt,
  stringAt,
  unexpected,
  wholeNumberAt,
} from '../protocol-body.js';
import { RestError } from '../rest-error.js';

/** Ten minutes, the longest deadline inference knows. */
const MAX_TIMEOUT_US = 600_000_000;

export interface OpenInferenceRequest {
  /** To be repeated in the answer. */
  readonly id: string | undefined;
  readonly inputs: readonly RawTensor[];
  /** Undefined asks for all. */
  readonly outputs: readonly string[] | undefined;
  readonly deadlineMs: number | undefined;
  readonly priority: Priority;
  /** Whether an output is answered as bytes. */
  readonly isBinary: (output: string) => boolean;
}

/**
 * Reads the body of an infer request: JSON, and behind it the raw tensors of the binary tensor extension, of which only
 * views are taken.
 *
 * @param headerLength the value of `Inference-Header-Content-Length`, bytes of JSON; all of the body when undefined.
 * @throws DomainError INVALID_ARGUMENT, RestError BAD_REQUEST and NOT_IMPLEMENTED
 */
export function readInferRequest(body: Buffer, headerLength: string | undefined): OpenInferenceRequest {
  const jsonBytes = headerLength === undefined ? body.length : lengthOfJson(headerLength, body.length);
  // The body itself where it is all JSON: what was read from it before is found by it.
  const request = jsonObject(jsonBytes === body.length ? body : body.subarray(0, jsonBytes));
  const parameters = parametersOf(request, 'parameters');
  refuseSequences(parameters);
  const binary = new BinaryPart(body, jsonBytes);
  const inputs = arrayAt(request.inputs, 'inputs').map((input, index) => readInput(input, index, binary));
  binary.finish();
  const outputs = readOutputs(request.outputs);
  const byDefault = flag(parameters, 'binary_data_output', 'parameters') ?? false;
  return {
    id: isAbsent(request.id) ? undefined : stringAt(request.id, 'id'),
    inputs,
    outputs: outputs.size === 0 ? undefined : [...outputs.keys()],
    deadlineMs: readTimeout(parameters),
    priority: readPriority(parameters),
    isBinary: (output) => outputs.get(output) ?? byDefault,
  };
}

/** The bytes behind the JSON, handed out in the order of the inputs. */
class BinaryPart {
  private at: number;

  constructor(
    private readonly body: Buffer,
    private readonly start: number,
  ) {
    this.at = start;
  }

  take(bytes: number, input: string): Buffer {
    const left = this.body.length - this.at;
    if (bytes > left) {
      const hint =
        this.start === this.body.length
          ? ' Binary data follows the JSON, whose length stands in the header Inference-Header-Content-Length.'
          : '';
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Input "${input}": expected ${bytes} bytes of binary data after the JSON and the inputs before it, got ${left}.${hint}`,
      );
    }
    this.at += bytes;
    return this.body.subarray(this.at - bytes, this.at);
  }

  finish(): void {
    if (this.at === this.body.length) return;
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected ${this.at - this.start} bytes of binary data after the JSON, as the inputs' binary_data_size say, ` +
        `got ${this.body.length - this.start}.`,
    );
  }
}

function lengthOfJson(header: string, bodyLength: number): number {
  const length = /^\d{1,15}$/.test(header) ? Number(header) : NaN;
  if (length === 0) {
    throw new RestError(
      'NOT_IMPLEMENTED',
      'Raw binary requests without JSON are not supported: put the JSON before the tensor and its length in Inference-Header-Content-Length.',
    );
  }
  if (length <= bodyLength) return length;
  throw unexpected(
    'Inference-Header-Content-Length',
    `a whole number from 1 to the body's ${bodyLength} bytes`,
    header,
  );
}

function readInput(value: unknown, index: number, binary: BinaryPart): RawTensor {
  const place = `inputs[${index}]`;
  const input = objectAt(value, place);
  const name = stringAt(input.name, `${place}.name`);
  const datatype = readDatatype(input.datatype, `${place}.datatype`);
  // Its sizes are checked together with the data, in one place for all transports.
  const shape = arrayAt(input.shape, `${place}.shape`) as readonly number[];
  const parameters = parametersOf(input, `${place}.parameters`);
  refuseSharedMemory(parameters, place);
  const size = parameters.binary_data_size;
  if (isAbsent(size)) {
    if (Array.isArray(input.data) || input.data instanceof NumberBlock)
      return { name, datatype, shape, data: input.data };
    const got = described(input.data);
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected ${place}.data to be an array, or parameters.binary_data_size with the tensor behind the JSON, got ${got}.`,
    );
  }
  if (!isAbsent(input.data)) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected ${place} to have data or parameters.binary_data_size, got both.`,
    );
  }
  const bytes = wholeNumberAt(size, `${place}.parameters.binary_data_size`, Number.MAX_SAFE_INTEGER);
  return { name, datatype, shape, data: binary.take(bytes, name) };
}

/** The outputs asked for, each with what it says about its own encoding. */
function readOutputs(value: unknown): Map<string, boolean | undefined> {
  const outputs = new Map<string, boolean | undefined>();
  if (isAbsent(value)) return outputs;
  for (const [index, entry] of arrayAt(value, 'outputs').entries()) {
    const place = `outputs[${index}]`;
    const output = objectAt(entry, place);
    const name = stringAt(output.name, `${place}.name`);
    const parameters = parametersOf(output, `${place}.parameters`);
    refuseSharedMemory(parameters, place);
    if (!isAbsent(parameters.classification) && parameters.classification !== 0)
      throw notSupported(`${place}.parameters.classification (the classification extension)`);
    if (outputs.has(name))
      throw new DomainError('INVALID_ARGUMENT', `Output "${name}" is asked for twice: name it once.`);
    outputs.set(name, flag(parameters, 'binary_data', place));
  }
  return outputs;
}

function readDatatype(value: unknown, place: string): DataType {
  const datatype = DATA_TYPES.find((known) => known === value);
  if (datatype === undefined) throw unexpected(place, `one of ${DATA_TYPES.join(', ')}`, value);
  return datatype;
}

/** Microseconds; 0, as in Triton, means the server's own limit. */
function readTimeout({ timeout }: Readonly<Record<string, unknown>>): number | undefined {
  if (isAbsent(timeout)) return undefined;
  const us = wholeNumberAt(timeout, 'parameters.timeout (microseconds)', MAX_TIMEOUT_US);
  return us === 0 ? undefined : Math.ceil(us / 1_000);
}

/** Triton's levels, of which 1 is the most urgent and 0 the default: 1 is HIGH, 2 NORMAL, and all beyond LOW. */
function readPriority({ priority }: Readonly<Record<string, unknown>>): Priority {
  if (isAbsent(priority)) return 'NORMAL';
  const level = wholeNumberAt(priority, 'parameters.priority', Number.MAX_SAFE_INTEGER);
  if (level === 1) return 'HIGH';
  return level === 0 || level === 2 ? 'NORMAL' : 'LOW';
}

function parametersOf(
  holder: Readonly<Record<string, unknown>>,
  place: string,
): Readonly<Record<string, unknown>> {
  return isAbsent(holder.parameters) ? {} : objectAt(holder.parameters, place);
}

function flag(
  parameters: Readonly<Record<string, unknown>>,
  name: string,
  place: string,
): boolean | undefined {
  const value = parameters[name];
  return isAbsent(value) ? undefined : booleanAt(value, `${place}.${name}`);
}

// Ignoring these would answer something else than was asked for.
function refuseSequences({ sequence_id: sequence }: Readonly<Record<string, unknown>>): void {
  if (!isAbsent(sequence) && sequence !== 0 && sequence !== '')
    throw notSupported('parameters.sequence_id (stateful sequences)');
}

function refuseSharedMemory(parameters: Readonly<Record<string, unknown>>, place: string): void {
  if (!isAbsent(parameters.shared_memory_region))
    throw notSupported(`${place}.parameters.shared_memory_region (shared memory)`);
}

function notSupported(what: string): RestError {
  return new RestError('NOT_IMPLEMENTED', `${what} is not supported by this server: leave it out.`);
}
