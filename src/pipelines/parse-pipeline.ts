import type { z } from 'zod';
import type { Signature, TensorSpec } from '../tensors/index.js';
import { checkDomain } from './check-domain.js';
import { checkInput } from './check-input.js';
import { checkOutput } from './check-output.js';
import { checkResult } from './check-result.js';
import { describeValue, isObject } from './instances/describe-value.js';
import { checkOwnUnits } from './own-units.js';
import { invalidPipeline } from './pipeline-error.js';
import { PipelineFaults } from './pipeline-faults.js';
import { pipelineSchema, type DeclaredPipeline, type DeclaredResult } from './pipeline-schema.js';
import type { Pipeline, PipelineInput, PipelineOutput, PipelineResult } from './pipeline.js';

/**
 * Reads a declared pipeline and checks it against the signature its graph has: every input is made by steps that fit
 * its datatype and shape, every input and output has a unit.
 *
 * @throws DomainError INVALID_PIPELINE, with the path of the first fault in `field`, and the others in `also`.
 */
export function parsePipeline(pipeline: unknown, signature: Signature): Pipeline {
  const declared = parse(pipeline);
  const kind = declared.instance.kind;
  const faults = new PipelineFaults();
  const inputs = matched(
    faults,
    'inputs',
    declared.inputs,
    signature.inputs,
    (input, spec, path): PipelineInput => {
      checkInput(input, spec, kind, path);
      return { ...input, datatype: spec.datatype, shape: [...spec.shape] };
    },
  );
  const outputs = matched(faults, 'outputs', declared.outputs, signature.outputs, (output, spec, path) =>
    checkOutput(output, spec, kind, path),
  );
  checkBatchDimensions(faults, kind, inputs, outputs);
  const { domain } = declared;
  if (domain !== undefined)
    faults.attempt(() => {
      checkDomain(domain, kind);
    });
  const result = results(faults, declared, outputs, signature);
  faults.throwIfAny();
  return {
    format: 1,
    instance: declared.instance,
    inputs,
    outputs,
    result,
    ...(domain === undefined ? {} : { domain }),
  };
}

/** The same for a version that is being published: its units are checked against the quantities' own as well. */
export function parseNewPipeline(pipeline: unknown, signature: Signature): Pipeline {
  const parsed = parsePipeline(pipeline, signature);
  checkOwnUnits(parsed);
  return parsed;
}

function parse(pipeline: unknown): DeclaredPipeline {
  const parsed = pipelineSchema.safeParse(pipeline, { reportInput: true });
  if (parsed.success) return parsed.data;
  const faults = new PipelineFaults();
  for (const issue of parsed.error.issues)
    faults.attempt(() => {
      throw invalidPipeline(issue.path, explained(issue));
    });
  faults.throwIfAny();
  throw invalidPipeline([], 'not a pipeline');
}

/** zod says what was expected, and of some faults also what came. */
function explained({ code, message, input, path }: z.core.$ZodIssue): string {
  const text = message
    .replace(/^Invalid discriminator value\. Expected/, 'expected')
    .replace(/^Invalid input: /, '')
    .replace(/ received undefined$/, ' got nothing')
    .replace(/ received (?=\S+$)/, ' got ');
  if (code === 'unrecognized_keys' || text.includes(', got ')) return text;
  // A value of no known kind is reported with the object around it.
  const key = path.at(-1);
  const given = code === 'invalid_union' && typeof key === 'string' && isObject(input) ? input[key] : input;
  return `${text}, got ${describeValue(given)}`;
}

type Named = { readonly datatype?: string | undefined; readonly shape?: readonly number[] | undefined };

/** Pairs what the pipeline declares with what the graph has, both ways, in the graph's order. */
function matched<Declared extends Named, Checked>(
  faults: PipelineFaults,
  side: 'inputs' | 'outputs',
  declared: Readonly<Record<string, Declared>>,
  specs: readonly TensorSpec[],
  check: (declared: Declared, spec: TensorSpec, path: readonly string[]) => Checked,
): Record<string, Checked> {
  const names = specs.map(({ name }) => name);
  const role = side === 'inputs' ? 'input' : 'output';
  for (const name of Object.keys(declared))
    if (!names.includes(name))
      faults.attempt(() => {
        throw invalidPipeline([side, name], `the graph has no ${role} of this name; it has ${quoted(names)}`);
      });
  const pair = (spec: TensorSpec): [string, Checked][] => {
    const entry = Object.hasOwn(declared, spec.name) ? declared[spec.name] : undefined;
    const path = [side, spec.name];
    // The graph's own value stands in for an optional input that no step fills.
    if (entry === undefined && spec.default !== undefined) return [];
    if (entry === undefined)
      throw invalidPipeline(
        path,
        role === 'input'
          ? `the graph's input "${spec.name}" needs an entry with its unit and steps`
          : `the graph's output "${spec.name}" needs an entry with its unit ("1" for dimensionless)`,
      );
    if (entry.datatype !== undefined && entry.datatype !== spec.datatype)
      throw invalidPipeline(
        [...path, 'datatype'],
        `the graph says ${spec.datatype}, got ${entry.datatype}; leave it out to take the graph's`,
      );
    if (entry.shape !== undefined && entry.shape.join() !== spec.shape.join())
      throw invalidPipeline(
        [...path, 'shape'],
        `the graph says [${spec.shape.join(',')}], got [${entry.shape.join(',')}]; leave it out to take the graph's`,
      );
    return [[spec.name, check(entry, spec, path)]];
  };
  return Object.fromEntries(specs.flatMap((spec) => faults.attempt(() => pair(spec)) ?? []));
}

/** Row instances are stacked along the first dimension, so it has to vary, or to be 1 (one run for each). */
function checkBatchDimensions(
  faults: PipelineFaults,
  kind: DeclaredPipeline['instance']['kind'],
  inputs: Readonly<Record<string, PipelineInput>>,
  outputs: Readonly<Record<string, PipelineOutput>>,
): void {
  if (kind === 'particles') return;
  for (const [side, tensors] of Object.entries({ inputs, outputs }))
    for (const [name, { shape }] of Object.entries<PipelineInput | PipelineOutput>(tensors))
      if (shape[0] !== -1 && shape[0] !== 1)
        faults.attempt(() => {
          throw invalidPipeline(
            [side, name],
            `the first dimension must be the batch, -1 or 1; the graph says [${shape.join(',')}]`,
          );
        });
}

function results(
  faults: PipelineFaults,
  declared: DeclaredPipeline,
  outputs: Readonly<Record<string, PipelineOutput>>,
  signature: Signature,
): Record<string, PipelineResult> {
  const entries: (readonly [string, DeclaredResult])[] =
    declared.result === undefined
      ? Object.keys(outputs).map((output) => [output, { output, steps: [] }])
      : Object.entries(declared.result);
  if (declared.result !== undefined && entries.length === 0)
    faults.attempt(() => {
      throw invalidPipeline(['result'], 'name at least one result, or leave it out to answer every output');
    });
  // Of an output that is itself at fault nothing more is said.
  const judged = entries.filter(
    ([, { output }]) =>
      Object.hasOwn(outputs, output) || !signature.outputs.some(({ name }) => name === output),
  );
  return Object.fromEntries(
    judged.flatMap(([name, result]) => {
      const checked = faults.attempt(() =>
        checkResult(result, outputs, declared.instance.kind, ['result', name]),
      );
      return checked === undefined ? [] : [[name, checked] as const];
    }),
  );
}

function quoted(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');
}
