/** What the playground reads of `Version.pipeline`; docs/pipelines.md has all of it. */
export interface PlaygroundPipeline {
  readonly form: InstanceForm;
  readonly domain?: { readonly source: string; readonly ranges: Readonly<Record<string, Range>> };
  readonly result: Readonly<Record<string, Described>>;
  readonly outputs: Readonly<Record<string, Described>>;
}

/** How one question is asked: in a way of its own, or by the fields of a record. */
export type InstanceForm = 'molecule' | 'nuclide' | 'particles' | 'record';

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

interface Described {
  readonly unit?: string;
  readonly description?: string;
}

interface Declared extends Partial<Omit<PlaygroundPipeline, 'form'>> {
  readonly instance?: unknown;
}

/** The pipeline of a version. Without one, and for kinds that a newer server knows, an instance is a record. */
export function playgroundPipeline(pipeline: unknown): PlaygroundPipeline {
  const declared = (typeof pipeline === 'object' && pipeline !== null ? pipeline : {}) as Declared;
  const { domain, result = {}, outputs = {} } = declared;
  const [kind, ...others] = instanceKinds(pipeline);
  return {
    form: others.length === 0 && isForm(kind) ? kind : 'record',
    result,
    outputs,
    ...(domain !== undefined && { domain }),
  };
}

/** The kinds of an instance's fields, each once: of format 1 the one kind, of format 2 those of its fields by name. */
export function instanceKinds(pipeline: unknown): readonly string[] {
  const { instance } = (pipeline ?? {}) as Declared;
  if (typeof instance !== 'object' || instance === null) return [];
  const { kind } = instance as { kind?: unknown };
  const kinds =
    typeof kind === 'string'
      ? [kind]
      : Object.values(instance).map((field) => (field as { kind?: unknown }).kind);
  return kinds.filter((found) => typeof found === 'string');
}

function isForm(kind: string | undefined): kind is 'molecule' | 'nuclide' | 'particles' {
  return kind === 'molecule' || kind === 'nuclide' || kind === 'particles';
}
