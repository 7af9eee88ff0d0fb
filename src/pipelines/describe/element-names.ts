import { compilePipeline } from '../compiled/compile-pipeline.js';
import type { ValueKind } from '../language/index.js';
import type { Pipeline } from '../pipeline.js';
import { inputColumns } from './tensor-columns.js';

export interface NamedElement {
  readonly name: string;
  readonly unit: string | null;
}

/**
 * A name for every place along the last dimension of an input, where steps put lists behind each other of which only some have
 * names: the others are called by their step, as `fragments[12]`.
 *
 * @returns null where nothing names the places
 */
export function elementNames(pipeline: Pipeline, input: string): readonly NamedElement[] | null {
  const unit = pipeline.inputs[input]?.unit ?? null;
  const columns = inputColumns(pipeline, input);
  if (columns !== null)
    return columns.map((name, place) => ({
      name,
      unit: typeof unit === 'string' ? unit : (unit?.[place] ?? null),
    }));
  if (pipeline.format === 1) return null;
  const { kinds } = compilePipeline(pipeline);
  const named = (node: string, depth: number): NamedElement[] | null => {
    const own = ofKind(node, kinds.get(node));
    if (own !== null) return own;
    const step = pipeline.steps[node];
    if (step?.step === 'concatenate' && depth < 50) {
      const parts = [step.of]
        .flat()
        .map((part) =>
          typeof part === 'string' ? (named(part, depth + 1) ?? numbered(part, kinds.get(part))) : null,
        );
      return parts.every((part) => part !== null) ? parts.flat() : null;
    }
    return null;
  };
  return named(pipeline.inputs[input]?.of ?? '', 0);
}

function ofKind(node: string, kind: ValueKind | undefined): NamedElement[] | null {
  if (kind?.kind !== 'numbers') return null;
  const { names, unit } = kind;
  if (names !== undefined)
    return names.map((name, place) => ({
      name,
      unit: typeof unit === 'string' ? unit : (unit?.[place] ?? null),
    }));
  return kind.shape.length === 0 ? [{ name: node, unit: typeof unit === 'string' ? unit : null }] : null;
}

function numbered(node: string, kind: ValueKind | undefined): NamedElement[] | null {
  if (kind?.kind !== 'numbers' || kind.shape.length !== 1 || kind.shape[0] === -1) return null;
  const unit = typeof kind.unit === 'string' ? kind.unit : null;
  return Array.from({ length: kind.shape[0] ?? 0 }, (_, place) => ({ name: `${node}[${place}]`, unit }));
}
