import type { JsonValue } from '../platform/events/index.js';
import { fieldConsequence } from './graph-severity.js';
import { isObject, type JsonDifference } from './json-difference.js';
import type { Severity } from './signature-difference.js';

/** Which part of a pipeline a difference is in. */
export const PIPELINE_PARTS = [
  'PIPELINE',
  'INSTANCE',
  'UNIT',
  'STEP',
  'RESULT',
  'DOMAIN',
  'DESCRIPTION',
] as const;
export type PipelinePart = (typeof PIPELINE_PARTS)[number];

interface Weight {
  readonly severity: Severity;
  /** What follows from it; null where the difference speaks for itself. */
  readonly consequence: string | null;
}

const HARMLESS: Weight = { severity: 'COMPATIBLE', consequence: null };

/**
 * How a difference of pipelines weighs for callers of the base: BREAKING where an instance that was taken is refused or
 * read differently, or an answer changes its form or its unit. Other numbers in the answer break nobody: the model
 * changed, which is why there is a new version.
 */
export function pipelineSeverity(difference: JsonDifference, part: PipelinePart, ofGraphs: boolean): Weight {
  if (ofGraphs && difference.path.length > 0) {
    if (part === 'INSTANCE') {
      const consequence = fieldConsequence(difference);
      return consequence === null ? HARMLESS : breaking(consequence);
    }
    // What the graph gets is made of the same instances; in format 1 as well, but there it has always been told so.
    if (part === 'STEP' || (part === 'UNIT' && difference.path[0] === 'inputs'))
      return difference.path[0] === 'result'
        ? { severity: 'COMPATIBLE', consequence: 'answers are computed differently' }
        : { severity: 'COMPATIBLE', consequence: 'inputs are made differently' };
  }
  switch (part) {
    case 'PIPELINE':
      return ofWhole(difference);
    case 'INSTANCE':
      return ofInstance(difference);
    case 'UNIT':
      return ofUnit(difference);
    case 'STEP':
      return ofStep(difference);
    case 'RESULT':
      return ofResult(difference);
    case 'DOMAIN':
      return {
        severity: 'COMPATIBLE',
        consequence: 'other instances get the warning that they are outside the domain',
      };
    case 'DESCRIPTION':
      return HARMLESS;
  }
}

function ofWhole({ path, base, target }: JsonDifference): Weight {
  if (path.length > 0) return HARMLESS;
  if (target === undefined && base !== undefined)
    return breaking('predict is refused, and only infer is answered');
  return { severity: 'COMPATIBLE', consequence: 'predict is answered too' };
}

function ofInstance({ path, base, target }: JsonDifference): Weight {
  const [, key] = path;
  if (key === undefined || key === 'kind') return breaking('instances have another form');
  if (key === 'fragments' && target === 'reject')
    return breaking('molecules of several fragments are refused');
  if (key === 'maximum')
    return typeof base === 'number' && typeof target === 'number' && target > base
      ? HARMLESS
      : breaking('instances of more particles are refused');
  return HARMLESS;
}

function ofUnit({ path, base, target }: JsonDifference): Weight {
  // With the tensor itself, which the comparison of signatures weighs.
  if (base === undefined || target === undefined) return HARMLESS;
  return path[0] === 'inputs'
    ? breaking('the numbers that go in mean something else')
    : breaking('the numbers that come out mean something else');
}

function ofStep({ path, base, target }: JsonDifference): Weight {
  const [section, , , index] = path;
  if (section === 'result')
    return { severity: 'COMPATIBLE', consequence: 'answers are computed differently' };
  const isSource = index === 0 || index === undefined;
  const reads = (value: JsonValue | undefined) => (isObject(value) ? value.field : undefined);
  if (isSource && path[4] === 'field') return breaking('another field of an instance is read');
  if (isSource && path[4] === 'absent' && target === undefined)
    return breaking('instances without this field are refused');
  if (isSource && path.length === 4 && reads(base) !== reads(target))
    return breaking('another field of an instance is read');
  return { severity: 'COMPATIBLE', consequence: 'inputs are made differently' };
}

function ofResult({ path, base, target }: JsonDifference): Weight {
  if (path.length > 2) return HARMLESS;
  if (target === undefined && base !== undefined) return breaking('callers do not find it in the answer');
  return HARMLESS;
}

function breaking(consequence: string): Weight {
  return { severity: 'BREAKING', consequence };
}
