import { type DataType } from '../../tensors/index.js';
import { byValue, checkColumns, meaningOf } from '../check-output.js';
import { type NumberKind, type ValueKind } from '../language/index.js';
import { invalidPipeline } from '../pipeline-error.js';
import type { GraphResult, PipelineOutput } from '../pipeline.js';
import { stepNamed } from '../steps/index.js';
import { checkTaken, quoted, told } from './graph-nodes.js';
import type { DeclaredGraphResult } from './graph-schema.js';

const REALS: readonly DataType[] = ['FP16', 'FP32', 'FP64'];

/** What a row of an output is for the steps of a result. */
export function outputKind({ datatype, shape, unit, columns }: PipelineOutput, rowwise: boolean): ValueKind {
  const own = rowwise ? shape.slice(1) : [...shape];
  if (datatype === 'BYTES') return { kind: 'text', shape: own };
  const holds: NumberKind['holds'] =
    datatype === 'BOOL' ? 'bits' : REALS.includes(datatype) ? 'real' : 'whole';
  return {
    kind: 'numbers',
    shape: own,
    holds,
    ...(unit !== undefined && { unit }),
    ...(columns && { names: columns }),
  };
}

/** What a result's steps make of its outputs. @throws DomainError INVALID_PIPELINE */
export function resultKind(
  { output, steps }: Pick<GraphResult, 'output' | 'steps'>,
  outputs: Readonly<Record<string, PipelineOutput>>,
  rowwise: boolean,
  path: readonly string[],
): ValueKind {
  const names = typeof output === 'string' ? [output] : output;
  let kinds = names.flatMap((name) => {
    const known = outputs[name];
    return known ? [outputKind(known, rowwise)] : [];
  });
  let of = names;
  if (steps.length === 0 && kinds.length > 1)
    throw invalidPipeline(
      [...path, 'steps'],
      'several outputs need a step that joins them, such as "concatenate"',
    );
  for (const [place, declared] of steps.entries()) {
    const at = [...path, 'steps', String(place)];
    const definition = stepNamed(declared.step);
    checkTaken(definition, kinds, of, at);
    kinds = [told(at, () => definition.gives(declared, kinds))];
    of = [`step ${place}`];
  }
  const [kind] = kinds;
  if (kind === undefined) throw new Error('A result needs an output');
  return kind;
}

/** Whether a result can be made of its outputs, and with which unit. @throws DomainError INVALID_PIPELINE */
export function checkGraphResult(
  declared: DeclaredGraphResult,
  outputs: Readonly<Record<string, PipelineOutput>>,
  rowwise: boolean,
  path: readonly string[],
): GraphResult {
  const { output, steps, description, unit, columns, classes } = declared;
  for (const name of [output].flat())
    if (!Object.hasOwn(outputs, name))
      throw invalidPipeline(
        [...path, 'output'],
        `the graph has the outputs ${quoted(Object.keys(outputs))}; got "${name}"`,
      );
  const kind = resultKind({ output, steps }, outputs, rowwise, path);
  const source = typeof output === 'string' && steps.length === 0 ? outputs[output] : undefined;
  if (steps.length > 0 && classes !== undefined)
    throw invalidPipeline([...path, 'classes'], 'steps make numbers of the label, which has no classes then');
  const own = kind.kind === 'numbers' && typeof kind.unit === 'string' ? kind.unit : undefined;
  if (steps.length > 0 && kind.kind === 'numbers' && unit === undefined && own === undefined)
    throw invalidPipeline(
      [...path, 'unit'],
      'steps change what the number means, so the result needs a unit of its own',
    );
  const shape = kind.kind === 'numbers' || kind.kind === 'text' ? kind.shape : [];
  if (columns !== undefined) checkColumns(columns, shape, false, [...path, 'columns']);
  return {
    output,
    ...(description === undefined ? {} : { description }),
    steps,
    ...meaningOf({
      unit: unit ?? source?.unit ?? own,
      columns: columns ?? source?.columns ?? (kind.kind === 'numbers' ? kind.names : undefined),
      classes: byValue(classes) ?? source?.classes,
    }),
  };
}
