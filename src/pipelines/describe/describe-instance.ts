import { WHOLE } from '../compiled/chain-as-graph.js';
import { fieldOf } from '../fields/index.js';
import type { DeclaredField } from '../graph/graph-schema.js';
import type { FieldDescription } from '../language/index.js';
import type { Pipeline } from '../pipeline.js';

export interface InstanceDescription {
  readonly fields: readonly FieldDescription[];
  /** The field that a value alone stands for: "CCO" for {"smiles": "CCO"}. */
  readonly bare?: string;
}

/** What an instance of a pipeline's model is written with. */
export function describeInstance(pipeline: Pipeline): InstanceDescription {
  const instance: Readonly<Record<string, DeclaredField>> =
    pipeline.format === 1 ? { [WHOLE]: { ...pipeline.instance } } : pipeline.instance;
  const fields = Object.entries(instance);
  const [only] = fields;
  if (fields.length === 1 && only) {
    const [name, field] = only;
    // An object of the kind's own is written in place of the field: {"z": 26, "n": 30}.
    const bare = fieldOf(field.kind).bare?.(field);
    if (bare) return { fields: bare };
    const own = name === WHOLE ? 'smiles' : name;
    return { fields: [described(own, field)], bare: own };
  }
  return { fields: fields.map(([name, field]) => described(name, field)) };
}

function described(name: string, field: DeclaredField): FieldDescription {
  const { description, missing } = field;
  return {
    ...fieldOf(field.kind).describe(field, name),
    optional: missing !== undefined,
    ...(description !== undefined && { description }),
  };
}
