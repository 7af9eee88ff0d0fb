import type { Pipeline } from '../pipelines/index.js';
import type { JsonObject, JsonValue } from '../platform/events/index.js';
import { compareJson, formatPath, isNumbers, isObject, type JsonDifference } from './json-difference.js';
import { asGraph, isGraph } from './graph-severity.js';
import { pipelineSeverity, type PipelinePart } from './pipeline-severity.js';
import { worst, type Compatibility, type Severity } from './signature-difference.js';

export interface PipelineDifference {
  /** Where, such as `inputs.features.steps[1].mean`; empty for the pipeline as a whole. */
  readonly path: string;
  readonly part: PipelinePart;
  readonly change: 'ADDED' | 'REMOVED' | 'CHANGED';
  readonly severity: Severity;
  /** What it means, in words. */
  readonly reason: string;
  /** As declared; undefined where this side has nothing, or too much to show. */
  readonly base: JsonValue | undefined;
  readonly target: JsonValue | undefined;
}

export interface PipelineComparison {
  /** What somebody meets who calls `predict` as the base wants it and reads the answers as the base means them. */
  readonly compatibility: Compatibility;
  /** The first 200. */
  readonly differences: readonly PipelineDifference[];
  readonly differenceCount: number;
}

const MAX_DIFFERENCES = 200;
/** A longer value is told in words only. */
const MAX_SHOWN = 64;

/**
 * Two declared pipelines, normalised as the catalog keeps them. Datatypes and shapes of tensors are left to the
 * comparison of signatures. Pure.
 */
export function comparePipelines(
  basePipeline: Pipeline | null,
  targetPipeline: Pipeline | null,
): PipelineComparison {
  const given = [asJson(basePipeline), asJson(targetPipeline)] as const;
  const ofGraphs = given.some(isGraph);
  const base = ofGraphs ? asGraph(given[0], given[1]) : given[0];
  const target = ofGraphs ? asGraph(given[1], given[0]) : given[1];
  const differences = [
    ...formOfAnswers(base, target),
    ...found(base, target).map((difference) => described(difference, ofGraphs)),
  ];
  return {
    compatibility: worst(differences),
    differences: differences.slice(0, MAX_DIFFERENCES),
    differenceCount: differences.length,
  };
}

/** A pipeline is plain JSON; its optional properties keep the compiler from seeing that. */
function asJson(pipeline: Pipeline | null): JsonValue {
  return pipeline as unknown as JsonValue;
}

/** One result is answered as it is, several as an object by name. */
function formOfAnswers(base: JsonValue | null, target: JsonValue | null): PipelineDifference[] {
  const [before, after] = [resultCount(base), resultCount(target)];
  if (before === null || after === null || before === after || (before > 1 && after > 1)) return [];
  return [
    {
      path: 'result',
      part: 'RESULT',
      change: 'CHANGED',
      severity: 'BREAKING',
      reason: `result has ${after} entries instead of ${before}: ${after > 1 ? 'an answer is an object by name instead of a single value' : 'an answer is a single value instead of an object by name'}.`,
      base: before,
      target: after,
    },
  ];
}

function resultCount(pipeline: JsonValue | null): number | null {
  const result = isObject(pipeline ?? undefined) ? (pipeline as JsonObject).result : undefined;
  return isObject(result) ? Object.keys(result).length : null;
}

function found(base: JsonValue | null, target: JsonValue | null): JsonDifference[] {
  if (base === null && target === null) return [];
  if (base === null || target === null)
    return [{ path: [], base: base ?? undefined, target: target ?? undefined }];
  return compareJson(base, target)
    .flatMap(apart)
    .filter(({ path }) => !isOfSignature(path));
}

/** A tensor that only one side has is told with its unit, which must never be lost in a larger value. */
function apart(difference: JsonDifference): JsonDifference[] {
  const { path, base, target } = difference;
  const [section] = path;
  const entry = base ?? target;
  if (path.length !== 2 || (section !== 'inputs' && section !== 'outputs') || !isObject(entry))
    return [difference];
  return Object.entries(entry).map(([key, value]) =>
    base === undefined
      ? { path: [...path, key], base: undefined, target: value }
      : { path: [...path, key], base: value, target: undefined },
  );
}

function isOfSignature(path: readonly (string | number)[]): boolean {
  return (path[0] === 'inputs' || path[0] === 'outputs') && (path[2] === 'datatype' || path[2] === 'shape');
}

function described(difference: JsonDifference, ofGraphs: boolean): PipelineDifference {
  const { base, target } = difference;
  const path = formatPath(difference.path);
  const part = ofGraphs ? graphPartOf(difference.path) : partOf(difference.path);
  const change = base === undefined ? 'ADDED' : target === undefined ? 'REMOVED' : 'CHANGED';
  const { severity, consequence } = pipelineSeverity(difference, part, ofGraphs);
  return {
    path,
    part,
    change,
    severity,
    reason: `${path === '' ? 'The pipeline' : path} ${words(difference)}${consequence === null ? '' : `: ${consequence}`}.`,
    base: shown(base),
    target: shown(target),
  };
}

function partOf(path: readonly (string | number)[]): PipelinePart {
  if (path.length === 0 || path[0] === 'format') return 'PIPELINE';
  if (path[0] === 'instance') return 'INSTANCE';
  if (path[0] === 'domain') return 'DOMAIN';
  const [, , key] = path;
  if (key === 'unit') return 'UNIT';
  if (key === 'description') return 'DESCRIPTION';
  if (key === 'steps') return 'STEP';
  return path[0] === 'result' ? 'RESULT' : 'PIPELINE';
}

function graphPartOf(path: readonly (string | number)[]): PipelinePart {
  if (path[0] === 'instance' && path[2] === 'description') return 'DESCRIPTION';
  if (path[0] === 'steps' || (path[0] === 'inputs' && path[2] === 'of')) return 'STEP';
  return partOf(path);
}

function words({ base, target }: JsonDifference): string {
  if (base === undefined) return `is new (${short(target)})`;
  if (target === undefined) return `is gone (was ${short(base)})`;
  if (isNumbers(base) && isNumbers(target)) return numbersInWords(base, target);
  return `was ${short(base)} and is ${short(target)}`;
}

function numbersInWords(base: readonly number[], target: readonly number[]): string {
  if (base.length !== target.length) return `had ${base.length} numbers and has ${target.length}`;
  let [differing, largest, place] = [0, 0, 0];
  for (const [index, value] of base.entries()) {
    const difference = Math.abs((target[index] ?? NaN) - value);
    if (difference === 0) continue;
    differing += 1;
    if (difference > largest) [largest, place] = [difference, index];
  }
  const at = `by ${number(largest)} at [${place}] (${base[place] ?? NaN} → ${target[place] ?? NaN})`;
  return `differs in ${differing} of ${base.length} numbers, at most ${at}`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function short(value: JsonValue | undefined): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? 'nothing' : text.length > 120 ? `${text.slice(0, 119)}…` : text;
}

function shown(value: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(value) && value.length > MAX_SHOWN ? undefined : value;
}
