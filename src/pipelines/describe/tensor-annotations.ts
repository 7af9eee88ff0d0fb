import type { Pipeline } from '../pipeline.js';
import { inputColumns, type TensorUse } from './tensor-columns.js';

export interface TensorAnnotation {
  /** '1' for dimensionless; columns in different units give 'unit, unit, …' in their order. */
  readonly unit: string | null;
  readonly description: string | null;
}

export interface TensorAnnotations {
  readonly inputs: Record<string, TensorAnnotation>;
  readonly outputs: Record<string, TensorAnnotation>;
}

/** What a stored pipeline tells about each tensor of its graph. Empty without a pipeline. */
export function tensorAnnotations(pipeline: Pipeline | null): TensorAnnotations {
  if (pipeline === null) return { inputs: {}, outputs: {} };
  return {
    inputs: mapped<TensorUse>(pipeline.inputs, (name, { unit, description }) => {
      const all = unit === undefined ? [] : [unit].flat();
      const units = [...new Set(all)];
      return {
        unit: units.length <= 1 ? (units[0] ?? null) : all.join(', '),
        description: told(description, inputColumns(pipeline, name)),
      };
    }),
    outputs: mapped(pipeline.outputs, (_, { unit, description, columns }) => ({
      unit: unit ?? null,
      description: told(description, columns),
    })),
  };
}

/** Descriptors and the like by name; hundreds of columns would drown the description. */
function told(description: string | undefined, columns: readonly string[] | null | undefined): string | null {
  return [description, columns && `Columns: ${columns.join(', ')}.`].filter(Boolean).join(' ') || null;
}

function mapped<Entry>(
  entries: Readonly<Record<string, Entry>>,
  annotate: (name: string, entry: Entry) => TensorAnnotation,
): Record<string, TensorAnnotation> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, annotate(name, entry)]));
}
