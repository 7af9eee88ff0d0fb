import { open } from 'node:fs/promises';
import { z } from 'zod';
import { ModelProblem } from '../../onnx/index.js';
import { DomainError } from '../../platform/errors.js';
import { DATA_TYPES, type Signature, type TensorSpec } from '../../tensors/index.js';
import { REMOTE_PROTOCOLS, remoteTarget, type RemoteTarget } from './remote-target.js';

/** The artifact of a model that exists only behind another server. */
export interface RemoteDescriptor {
  readonly target: RemoteTarget;
  /** As the server said when the descriptor was written; what runs later has to fit it. */
  readonly signature: Signature;
}

const MARK = '{"retort":"remote/1",';
const MAX_BYTES = 1024 * 1024;

const tensor = z.strictObject({
  name: z.string().min(1),
  datatype: z.enum(DATA_TYPES),
  shape: z.array(z.int().min(-1)),
  unranked: z.literal(true).optional(),
});
const document = z.strictObject({
  retort: z.literal('remote/1'),
  protocol: z.enum(REMOTE_PROTOCOLS),
  url: z.string(),
  model: z.string(),
  version: z.string().nullable(),
  credentials: z.string().nullable(),
  inputs: z.array(tensor).min(1),
  outputs: z.array(tensor).min(1),
});

/** One descriptor has one form, so that the same model of the same server is the same artifact. */
export function descriptorBytes({ target, signature }: RemoteDescriptor): Buffer {
  const { protocol, url, model, version, credentials } = target;
  const { inputs, outputs } = signature;
  const text = { retort: 'remote/1', protocol, url, model, version, credentials };
  return Buffer.from(
    `${JSON.stringify({ ...text, inputs: inputs.map(specOf), outputs: outputs.map(specOf) })}\n`,
  );
}

/**
 * The descriptor that a file is; null for any other file.
 * @throws ModelProblem INVALID_MODEL for what begins as one and is none
 */
export async function readDescriptor(path: string): Promise<RemoteDescriptor | null> {
  const file = await open(path);
  try {
    const mark = Buffer.alloc(MARK.length);
    const { bytesRead } = await file.read(mark, 0, MARK.length, 0);
    if (bytesRead < MARK.length || mark.toString('latin1') !== MARK) return null;
    const { size } = await file.stat();
    if (size > MAX_BYTES) throw broken(`at most ${MAX_BYTES} bytes, got ${size}`);
    return parsed(await file.readFile());
  } finally {
    await file.close();
  }
}

function parsed(bytes: Buffer): RemoteDescriptor {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw broken('JSON, got something else');
  }
  const result = document.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw broken(`its members to be as documented; ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const { inputs, outputs, protocol, url, model, version, credentials } = result.data;
  const descriptor = {
    target: checkedTarget({ protocol, url, model, version, credentials }),
    signature: { inputs: inputs.map(specOf), outputs: outputs.map(specOf) },
  };
  if (!descriptorBytes(descriptor).equals(bytes))
    throw broken('its canonical form (the members in order, no spaces, one newline at the end)');
  return descriptor;
}

function checkedTarget(target: RemoteTarget): RemoteTarget {
  try {
    return remoteTarget(target, ['remote']);
  } catch (error) {
    if (error instanceof DomainError) throw new ModelProblem('INVALID_MODEL', error.message);
    throw error;
  }
}

function specOf({ name, datatype, shape, unranked }: z.infer<typeof tensor> | TensorSpec): TensorSpec {
  return { name, datatype, shape: [...shape], ...(unranked === true && { unranked }) };
}

function broken(expected: string): ModelProblem {
  return new ModelProblem(
    'INVALID_MODEL',
    `The file begins as the descriptor of a remote model. Expected ${expected}. Publish with artifact: {remote: …} and let Retort write it.`,
  );
}
