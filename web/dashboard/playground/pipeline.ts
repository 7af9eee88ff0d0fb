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

/** The pipeline of a version; null where there is none, or of a kind that a newer server knows. */
export function playgroundPipeline(pipeline: unknown): PlaygroundPipeline | null {
  if (typeof pipeline !== 'object' || pipeline === null) return null;
  const { instance } = pipeline as { instance?: { kind?: unknown } };
  return typeof instance?.kind === 'string' && KINDS.includes(instance.kind)
    ? (pipeline as PlaygroundPipeline)
    : null;
}
