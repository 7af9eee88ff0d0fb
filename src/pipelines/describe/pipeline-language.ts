import { z } from 'zod';
import { graphSchema } from '../graph/graph-schema.js';
import type { JsonValue } from '../json.js';
import { pipelineSchema } from '../pipeline-schema.js';

let made: JsonValue | undefined;

/** The language of pipelines as JSON Schema (draft 2020-12), both formats of it. */
export function pipelineLanguage(): JsonValue {
  made ??= {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A pipeline of Retort',
    description:
      'How instances become the tensors of a graph, and what its numbers mean. docs/pipelines.md explains it.',
    oneOf: [asJson(graphSchema), asJson(pipelineSchema)],
  };
  return made;
}

function asJson(schema: z.ZodType): JsonValue {
  const made = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return Object.fromEntries(Object.entries(made).filter(([key]) => key !== '$schema')) as JsonValue;
}
