/** What the playground reads of `Version.pipeline`; docs/pipelines.md has all of it. */
export interface PlaygroundPipeline {
  readonly instance: { readonly kind: InstanceKind };
  readonly domain?: { readonly source: string; readonly ranges: Readonly<Record<string, Range>> };
  readonly result: Readonly<Record<string, { readonly unit?: string; readonly description?: string }>>;
  readonly inputs: Readonly<Record<string, { readonly description?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly unit?: string; readonly description?: string }>>;
}

export type InstanceKind = 'molecule' | 'nuclide' | 'particles';

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

const KINDS: readonly string[] = ['molecule', 'nuclide', 'particles'];

/**
 * The pipeline of a version; null where there is none, or of a kind that a newer server knows. An instance of a single field
 * may be given as the field's value, so that it is of the field's kind.
 */
export function playgroundPipeline(pipeline: unknown): PlaygroundPipeline | null {
  if (typeof pipeline !== 'object' || pipeline === null) return null;
  const { format, instance } = pipeline as { format?: unknown; instance?: object };
  const [only, ...others] = Object.values<unknown>(instance ?? {});
  const own: unknown = format === 2 && others.length === 0 ? only : instance;
  const kind = (own as { kind?: unknown } | undefined)?.kind;
  return typeof kind === 'string' && KINDS.includes(kind)
    ? { ...(pipeline as PlaygroundPipeline), instance: { kind: kind as InstanceKind } }
    : null;
}
