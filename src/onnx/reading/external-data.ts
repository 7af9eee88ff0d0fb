import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, posix } from 'node:path';
import { ModelProblem } from '../model-problem.js';
import type { ExternalTensor } from './graph-tally.js';

/**
 * Checks that a model's folder holds, beside the graph, the files its tensors lie in, as long as they must be, and no
 * others.
 *
 * @param path of the graph in its folder
 * @throws ModelProblem
 */
export function checkExternalData(tensors: readonly ExternalTensor[], path: string): void {
  const files = filesBeside(path);
  if (files.size === 0) {
    if (tensors.length > 0) throw withoutItsData(tensors);
    return;
  }
  const named = new Set<string>();
  for (const tensor of tensors) {
    const name = fileOf(tensor);
    const size = files.get(name);
    if (size === undefined)
      throw invalid(tensor, `lies in ${quoted(tensor.location)}, which was not sent with the model`);
    const [start, end] = rangeOf(tensor);
    if (end > BigInt(size))
      throw invalid(tensor, `takes bytes ${start} to ${end} of ${quoted(name)}, which has ${size}`);
    named.add(name);
  }
  const others = [...files.keys()].filter((name) => !named.has(name));
  if (others.length > 0)
    throw new ModelProblem(
      'INVALID_MODEL',
      `Expected the model and the files its weights lie in, got also ${listed(others)}, which no tensor names: leave ${others.length === 1 ? 'it' : 'them'} out`,
    );
}

function withoutItsData(tensors: readonly ExternalTensor[]): ModelProblem {
  const locations = [...new Set(tensors.map(({ location }) => location))];
  return new ModelProblem(
    'UNSUPPORTED_MODEL',
    `The weights lie in ${locations.length === 1 ? 'another file' : `${locations.length} other files`} (${listed(locations)}), which did not come with the model: send them together (retort push finds them; with curl, a tar or zip of both to POST /artifacts), or save them inside with onnx.save(onnx.load("model.onnx"), "single.onnx")`,
    locations,
  );
}

/** As a path from the model's folder; what leads out of it is nothing that was sent. */
function fileOf(tensor: ExternalTensor): string {
  const { location } = tensor;
  const name = posix.normalize(location);
  if (location === '' || posix.isAbsolute(location) || name.split('/').includes('..'))
    throw invalid(tensor, `lies in ${quoted(location)}, expected a file in the model's folder`);
  return name;
}

/** What the runtime may read: from `offset` as much as the tensor needs, or says that it takes. */
function rangeOf(tensor: ExternalTensor): [bigint, bigint] {
  const start = number(tensor, 'offset') ?? 0n;
  const [length, bytes] = [number(tensor, 'length') ?? 0n, tensor.bytes ?? 0n];
  return [start, start + (length > bytes ? length : bytes)];
}

function number(tensor: ExternalTensor, key: 'offset' | 'length'): bigint | undefined {
  const said = tensor[key];
  if (said === null) return undefined;
  if (/^\d{1,18}$/.test(said)) return BigInt(said);
  throw invalid(tensor, `has the ${key} ${quoted(said)}, expected a whole number of bytes`);
}

function filesBeside(path: string): Map<string, number> {
  const files = new Map<string, number>();
  const visit = (folder: string, prefix: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const name = prefix + entry.name;
      if (entry.isDirectory()) visit(join(folder, entry.name), `${name}/`);
      else if (name !== basename(path)) files.set(name, statSync(join(folder, entry.name)).size);
    }
  };
  visit(dirname(path), '');
  return files;
}

function invalid({ name }: ExternalTensor, what: string): ModelProblem {
  return new ModelProblem('INVALID_MODEL', `Tensor ${quoted(name)} ${what}`);
}

function listed(names: readonly string[]): string {
  return names.slice(0, 3).map(quoted).join(', ') + (names.length > 3 ? ', …' : '');
}

function quoted(name: string): string {
  return JSON.stringify(name.length > 200 ? `${name.slice(0, 199)}…` : name);
}
