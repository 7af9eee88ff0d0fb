import type { TensorSpec } from '../tensors/index.js';
import { invalidPipeline } from './pipeline-error.js';
import type { PipelineFaults } from './pipeline-faults.js';

type Named = { readonly datatype?: string | undefined; readonly shape?: readonly number[] | undefined };

/** Pairs what the pipeline declares with what the graph has, both ways, in the graph's order. */
export function matchTensors<Declared extends Named, Checked>(
  faults: PipelineFaults,
  side: 'inputs' | 'outputs',
  declared: Readonly<Record<string, Declared>>,
  specs: readonly TensorSpec[],
  check: (declared: Declared, spec: TensorSpec, path: readonly string[]) => Checked,
): Record<string, Checked> {
  const names = specs.map(({ name }) => name);
  const role = side === 'inputs' ? 'input' : 'output';
  for (const name of Object.keys(declared))
    if (!names.includes(name))
      faults.attempt(() => {
        throw invalidPipeline([side, name], `the graph has no ${role} of this name; it has ${quoted(names)}`);
      });
  const pair = (spec: TensorSpec): [string, Checked][] => {
    const entry = Object.hasOwn(declared, spec.name) ? declared[spec.name] : undefined;
    const path = [side, spec.name];
    // The graph's own value stands in for an optional input that no step fills.
    if (entry === undefined && spec.default !== undefined) return [];
    if (entry === undefined)
      throw invalidPipeline(
        path,
        role === 'input'
          ? `the graph's input "${spec.name}" needs an entry with its unit and steps`
          : `the graph's output "${spec.name}" needs an entry with its unit ("1" for dimensionless)`,
      );
    if (entry.datatype !== undefined && entry.datatype !== spec.datatype)
      throw invalidPipeline(
        [...path, 'datatype'],
        `the graph says ${spec.datatype}, got ${entry.datatype}; leave it out to take the graph's`,
      );
    if (entry.shape !== undefined && entry.shape.join() !== spec.shape.join())
      throw invalidPipeline(
        [...path, 'shape'],
        `the graph says [${spec.shape.join(',')}], got [${entry.shape.join(',')}]; leave it out to take the graph's`,
      );
    return [[spec.name, check(entry, spec, path)]];
  };
  return Object.fromEntries(specs.flatMap((spec) => faults.attempt(() => pair(spec)) ?? []));
}

function quoted(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}
