import type { InferSignatureQuery, TensorInput } from '../__generated__/operations.js';
import { wrongUsage } from '../failure.js';
import { readJson } from '../files.js';

export type InputSpec = NonNullable<
  NonNullable<InferSignatureQuery['version']>['signature']
>['inputs'][number];

/**
 * `x=[[1, 2]]`, or `x=@file.json`: datatype from the signature, shape from how the lists are nested.
 * @throws Failure USAGE
 */
export async function tensorArgument(text: string, inputs: readonly InputSpec[]): Promise<TensorInput> {
  const [, name, given] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  if (name === undefined || given === undefined)
    throw wrongUsage(`Expected NAME=VALUES, such as 'x=[[1, 2]]', got ${JSON.stringify(text)}.`);
  const spec = inputs.find((input) => input.name === name);
  if (spec === undefined)
    throw wrongUsage(
      `There is no input ${JSON.stringify(name)}: expected ${inputs.map((input) => JSON.stringify(input.name)).join(', ')}.`,
    );
  const data = given.startsWith('@') ? await readJson(given.slice(1)) : parsed(name, given);
  const shape = shapeOf(data);
  if (shape === null) throw wrongUsage(`${name}: expected lists of equal length within lists.`);
  return { name, datatype: spec.datatype, shape, data };
}

/** Tensors of a file: a list of {name, datatype, shape, data}, or an object with them as `inputs`. @throws Failure USAGE */
export async function tensorFile(path: string): Promise<readonly TensorInput[]> {
  const content = await readJson(path);
  const { inputs } = (content ?? {}) as { readonly inputs?: unknown };
  const list = Array.isArray(content) ? (content as unknown[]) : inputs;
  // What is in it is for the server to judge.
  if (Array.isArray(list)) return list as readonly TensorInput[];
  throw wrongUsage(`--input: expected a list of tensors, or an object with inputs, in ${path}.`);
}

function parsed(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw wrongUsage(`${name}: expected JSON, such as [[1, 2]], got ${JSON.stringify(text.slice(0, 60))}.`);
  }
}

/** [2, 3] for two lists of three; null when lists side by side differ. */
function shapeOf(data: unknown): number[] | null {
  if (!Array.isArray(data)) return [];
  const list: readonly unknown[] = data;
  if (list.length === 0) return [0];
  const [first, ...others] = list.map(shapeOf);
  if (first === null || first === undefined) return null;
  return others.every((other) => other?.join() === first.join()) ? [list.length, ...first] : null;
}
