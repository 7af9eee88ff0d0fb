import type { TensorSpec } from '../tensors/index.js';
import { invalidPipeline } from './pipeline-error.js';
import type { DeclaredOutput } from './pipeline-schema.js';
import type { Meaning, PipelineOutput } from './pipeline.js';

/**
 * An output with what it means. The classes that a classifier's graph names are the columns of its probabilities, where
 * the author names no others; a probability has no dimension.
 *
 * @param rowwise whether the first dimension is the batch
 * @param unitIsKnown false where nobody has said it
 * @throws DomainError INVALID_PIPELINE
 */
export function checkOutput(
  output: DeclaredOutput,
  spec: TensorSpec,
  rowwise: boolean,
  path: readonly string[],
  unitIsKnown = true,
): PipelineOutput {
  const { unit, classes, description } = output;
  const { datatype, shape, classLabels } = spec;
  const columns = output.columns ?? (isUnique(classLabels) ? classLabels : undefined);
  if (columns !== undefined) checkColumns(columns, shape, rowwise, [...path, 'columns']);
  const isLabel = datatype === 'BYTES' || classes !== undefined;
  if (unitIsKnown && unit === undefined && !isLabel && classLabels === undefined)
    throw invalidPipeline(
      [...path, 'unit'],
      'a unit is needed ("1" says dimensionless); only a label, which is text or has "classes", needs none',
    );
  return {
    datatype,
    shape: [...shape],
    ...(description === undefined ? {} : { description }),
    ...meaningOf({
      unit: unit ?? (isLabel || classLabels === undefined ? undefined : '1'),
      columns,
      classes: byValue(classes),
    }),
  };
}

/** Without what is not said. */
export function meaningOf({
  unit,
  columns,
  classes,
}: { [Key in keyof Meaning]: Meaning[Key] | undefined }): Meaning {
  return {
    ...(unit === undefined ? {} : { unit }),
    ...(columns === undefined ? {} : { columns: [...columns] }),
    ...(classes === undefined ? {} : { classes: { ...classes } }),
  };
}

export function byValue(
  classes: readonly string[] | Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  return Array.isArray(classes)
    ? Object.fromEntries(classes.map((name: string, value) => [String(value), name]))
    : (classes as Readonly<Record<string, string>> | undefined);
}

/** @throws DomainError INVALID_PIPELINE */
export function checkColumns(
  columns: readonly string[],
  shape: readonly number[],
  rowwise: boolean,
  path: readonly string[],
): void {
  // Of rows the first dimension is the batch.
  const width = shape.length < (rowwise ? 2 : 1) ? 1 : shape.at(-1);
  if (width !== -1 && width !== columns.length)
    throw invalidPipeline(
      path,
      `one name for each of the ${width} columns of shape [${shape.join(',')}]; got ${columns.length}`,
    );
  if (!isUnique(columns)) throw invalidPipeline(path, 'each name once; one of them comes twice');
}

function isUnique(names: readonly string[] | undefined): boolean {
  return new Set(names).size === names?.length;
}
