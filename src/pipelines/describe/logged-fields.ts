import type { Signature } from '../../tensors/index.js';
import type { Pipeline } from '../pipeline.js';

/** What an instance of each kind may be written with; it is also what an object in place of a lone field may have. */
const WRITTEN: Readonly<Record<string, readonly string[]>> = {
  molecule: ['smiles', 'molblock'],
  nuclide: ['z', 'n', 'symbol', 'a'],
  particles: ['positions', 'box', 'cutoff'],
};

/**
 * What of a prediction has a name: fields of instances, inputs and outputs of the graph, results and their columns, such as
 * `spectrum.low`.
 */
export function loggedFields(
  pipeline: Pipeline | null,
  { inputs, outputs }: Signature,
): { readonly asked: readonly string[]; readonly all: readonly string[] } {
  const names = (specs: Signature['inputs']) => specs.map(({ name }) => name);
  const asked = [...(pipeline ? instanceFields(pipeline) : []), ...names(inputs)];
  const results = Object.entries(pipeline?.result ?? {}).flatMap(([name, { columns = [] }]) => [
    name,
    ...columns.map((column) => `${name}.${column}`),
  ]);
  return { asked: [...new Set(asked)], all: [...new Set([...asked, ...results, ...names(outputs)])] };
}

/**
 * Whether fields say the same of an instance in other words: a molecule by its SMILES is the molecule by its MOL file, and
 * an element's symbol is its Z. An instance of one field may be its value alone.
 */
export function tellTogether(pipeline: Pipeline): boolean {
  if (pipeline.format === 2) return Object.keys(pipeline.instance).length === 1;
  return pipeline.instance.kind !== 'particles';
}

export function isInstanceField(pipeline: Pipeline, name: string): boolean {
  return instanceFields(pipeline).includes(name);
}

function instanceFields(pipeline: Pipeline): readonly string[] {
  if (pipeline.format !== 2) return WRITTEN[pipeline.instance.kind] ?? [];
  const fields = Object.entries(pipeline.instance);
  const own = fields.length === 1 ? (WRITTEN[fields[0]?.[1].kind ?? ''] ?? []) : [];
  return [...fields.map(([name]) => name), ...own];
}
