import { formOf, type StepRun, type ValueKind, type Values } from '../language/index.js';
import type { Pipeline } from '../pipeline.js';
import { stepNamed } from '../steps/index.js';
import { outputKind } from '../graph/check-graph-result.js';
import { compilePipeline } from './compile-pipeline.js';

/** What `predict` answers by one name, ready to be made of the graph's outputs. */
export interface CompiledResult {
  readonly name: string;
  readonly outputs: readonly CompiledOutput[];
  /** In their order; none where the output is answered as it is. */
  readonly runs: readonly StepRun[];
  /** Of one row, behind the steps. */
  readonly kind: ValueKind;
  readonly unit: string | null;
  readonly columns: readonly string[] | undefined;
  readonly classes: Readonly<Record<string, string>> | undefined;
  readonly description: string | undefined;
}

export interface CompiledOutput {
  readonly name: string;
  readonly kind: ValueKind;
  readonly form: Values['form'];
}

const compiled = new WeakMap<Pipeline, readonly CompiledResult[]>();

/** @param pipeline as parsePipeline or derivedPipeline returned it; compiled once */
export function compileResults(pipeline: Pipeline): readonly CompiledResult[] {
  const known = compiled.get(pipeline);
  if (known) return known;
  const made = compile(pipeline);
  compiled.set(pipeline, made);
  return made;
}

function compile(pipeline: Pipeline): CompiledResult[] {
  const { rowwise } = compilePipeline(pipeline);
  return Object.entries(pipeline.result).map(([name, result]) => {
    const outputs = [result.output].flat().flatMap((output): CompiledOutput[] => {
      const known = pipeline.outputs[output];
      if (known === undefined) return [];
      const kind = outputKind(known, rowwise);
      return [{ name: output, kind, form: formOf(kind) }];
    });
    const runs: StepRun[] = [];
    let kinds: readonly ValueKind[] = outputs.map(({ kind }) => kind);
    for (const step of result.steps) {
      const definition = stepNamed(step.step);
      if (definition.run === undefined) throw new Error(`"${step.step}" is no step of a result`);
      runs.push(definition.run(step, kinds));
      kinds = [definition.gives(step, kinds)];
    }
    return {
      name,
      outputs,
      runs,
      kind: kinds[0] ?? { kind: 'json' },
      unit: result.unit ?? null,
      columns: result.columns,
      classes: result.classes,
      description:
        result.description ??
        (outputs.length === 1 ? pipeline.outputs[outputs[0]?.name ?? '']?.description : undefined),
    };
  });
}
