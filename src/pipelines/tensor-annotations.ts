import type { Pipeline } from './pipeline.js';
import { columnNames } from './columns.js';
import { pipelineSchema } from './pipeline-schema.js';

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
  const parsed = pipelineSchema.safeParse(pipeline);
  if (!parsed.success) return { inputs: {}, outputs: {} };
  return {
    inputs: mapped(parsed.data.inputs, ({ unit, description, steps: [source] }) => {
      const units = [...new Set([unit].flat())];
      const columns = columnNames(source);
      return {
        unit: units.length === 1 ? (units[0] ?? null) : [unit].flat().join(', '),
        description:
          [description, columns && `Columns: ${columns.join(', ')}.`].filter(Boolean).join(' ') || null,
      };
    }),
    outputs: mapped(parsed.data.outputs, ({ unit, description, columns }) => ({
      unit: unit ?? null,
      description:
        [description, columns && `Columns: ${columns.join(', ')}.`].filter(Boolean).join(' ') || null,
    })),
  };
}

function mapped<Entry>(
  entries: Readonly<Record<string, Entry>>,
  annotate: (entry: Entry) => TensorAnnotation,
): Record<string, TensorAnnotation> {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, annotate(entry)]));
}
