import type { Signature } from '../tensors/index.js';
import type { Pipeline } from './pipeline.js';
import type { InstanceKind } from './pipeline-schema.js';

/** What an instance of each kind may be written with. */
const WRITTEN: Readonly<Record<InstanceKind, readonly string[]>> = {
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
  const asked = [...(pipeline ? WRITTEN[pipeline.instance.kind] : []), ...names(inputs)];
  const results = Object.entries(pipeline?.result ?? {}).flatMap(([name, { columns = [] }]) => [
    name,
    ...columns.map((column) => `${name}.${column}`),
  ]);
  return { asked: [...new Set(asked)], all: [...new Set([...asked, ...results, ...names(outputs)])] };
}

/**
 * Fields that say the same of an instance in other words: a molecule by its SMILES is the molecule by its MOL file, and an
 * element's symbol is its Z.
 */
export function tellTogether(kind: InstanceKind): boolean {
  return kind !== 'particles';
}

export function isInstanceField(kind: InstanceKind, name: string): boolean {
  return WRITTEN[kind].includes(name);
}
