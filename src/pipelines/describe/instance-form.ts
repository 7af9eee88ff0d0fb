import { compilePipeline } from '../compiled/compile-pipeline.js';
import type { Pipeline } from '../pipeline.js';

/** Whether instances are rows: of a graph's outputs the first dimension is then the batch. */
export function runsRowwise(pipeline: Pipeline): boolean {
  return compilePipeline(pipeline).rowwise;
}

/** Whether rows can share a run: stacked along a first dimension that varies in every tensor. */
export function runsStacked(pipeline: Pipeline): boolean {
  return compilePipeline(pipeline).stacked;
}

/** The one kind of thing that an instance is; `record` for several fields, or values of a table. */
export function instanceForm(pipeline: Pipeline): 'molecule' | 'nuclide' | 'particles' | 'record' {
  if (pipeline.format === 1) return pipeline.instance.kind;
  const fields = Object.values(pipeline.instance);
  const kind = fields.length === 1 ? fields[0]?.kind : undefined;
  return kind === 'molecule' || kind === 'nuclide' || kind === 'particles' ? kind : 'record';
}

/** What of an instance is drawn as its picture: the value of its first molecule; undefined where it has none. */
export function drawnField(pipeline: Pipeline): ((instance: unknown) => unknown) | undefined {
  if (pipeline.format === 1)
    return pipeline.instance.kind === 'molecule' ? (instance) => instance : undefined;
  const names = Object.keys(pipeline.instance);
  const drawn = names.find((name) => pipeline.instance[name]?.kind === 'molecule');
  if (drawn === undefined) return undefined;
  return (instance) => {
    const isRecord = typeof instance === 'object' && instance !== null && Object.hasOwn(instance, drawn);
    return isRecord
      ? (instance as Record<string, unknown>)[drawn]
      : names.length === 1
        ? instance
        : undefined;
  };
}
