import type { Signature, TensorSpec } from '../../tensors/index.js';
import { checkOutput } from '../check-output.js';
import { matchTensors } from '../match-tensors.js';
import { parseDeclared } from '../parse-declared.js';
import { invalidPipeline } from '../pipeline-error.js';
import { PipelineFaults } from '../pipeline-faults.js';
import type { GraphInput, GraphResult, PipelineOfGraph, PipelineOutput } from '../pipeline.js';
import { checkGraphDomain } from './check-graph-domain.js';
import { checkDatatype, checkShape, fitsRows, fitsWhole, shapeOf, unitOfInput } from './check-graph-input.js';
import { checkGraphResult } from './check-graph-result.js';
import { graphNodes, unknownSource, type GraphNodes } from './graph-nodes.js';
import { graphSchema, type DeclaredGraph, type DeclaredGraphInput } from './graph-schema.js';

/**
 * Reads a declared pipeline of format 2 and checks it against the signature its graph has: steps are known, without a
 * cycle, and made of kinds they take; what fills an input has its datatype, shape and unit.
 *
 * @throws DomainError INVALID_PIPELINE, with the path of the first fault in `field`, and the others in `also`.
 */
export function parseGraph(pipeline: unknown, signature: Signature): PipelineOfGraph {
  const declared = parseDeclared(graphSchema, pipeline) as DeclaredGraph;
  const faults = new PipelineFaults();
  const nodes = graphNodes(declared.instance, declared.steps, faults);
  const rowwise = isRowwise(declared.inputs, signature, nodes);
  const inputs = matchTensors(faults, 'inputs', declared.inputs, signature.inputs, (input, spec, path) =>
    checkedInput(input, spec, path, { nodes, rowwise, declared }),
  );
  const outputs = matchTensors(
    faults,
    'outputs',
    declared.outputs,
    signature.outputs,
    (output, spec, path) => {
      checkBatch(spec, rowwise, path);
      return checkOutput(output, spec, rowwise, path);
    },
  );
  const { domain } = declared;
  if (domain !== undefined) checkGraphDomain(domain, declared, nodes, faults);
  const result = results(faults, declared, { outputs, signature, rowwise });
  faults.throwIfAny();
  return {
    format: 2,
    instance: declared.instance,
    steps: declared.steps,
    inputs,
    outputs,
    result,
    ...(domain === undefined ? {} : { domain }),
  };
}

/** Whether instances are rows that are stacked: else the graph runs once for each, with its values as whole tensors. */
export function isRowwise(
  inputs: Readonly<Record<string, Pick<DeclaredGraphInput, 'of'>>>,
  signature: Signature,
  { kinds }: Pick<GraphNodes, 'kinds'>,
): boolean {
  const filled = signature.inputs.flatMap((spec) => {
    const input = Object.hasOwn(inputs, spec.name) ? inputs[spec.name] : undefined;
    const kind = input && kinds.get(input.of);
    const shape = kind && shapeOf(kind);
    return shape ? [{ spec, shape }] : [];
  });
  const isBatch = ({ shape, unranked }: TensorSpec) => unranked === true || shape[0] === -1 || shape[0] === 1;
  if (filled.every(({ spec, shape }) => fitsRows(shape, spec)) && signature.outputs.every(isBatch))
    return true;
  return !filled.every(({ spec, shape }) => fitsWhole(shape, spec));
}

function checkBatch({ shape, unranked }: TensorSpec, rowwise: boolean, path: readonly string[]): void {
  if (!rowwise || unranked || shape[0] === -1 || shape[0] === 1) return;
  throw invalidPipeline(
    path,
    `the first dimension must be the batch, -1 or 1; the graph says [${shape.join(',')}]`,
  );
}

function checkedInput(
  input: DeclaredGraphInput,
  spec: TensorSpec,
  path: readonly string[],
  at: { readonly nodes: GraphNodes; readonly rowwise: boolean; readonly declared: DeclaredGraph },
): GraphInput {
  const { nodes, rowwise, declared } = at;
  const { of, description } = input;
  const { datatype, shape } = spec;
  const names = [...Object.keys(declared.instance), ...Object.keys(declared.steps)];
  if (!names.includes(of)) throw invalidPipeline([...path, 'of'], unknownSource(of, names));
  const kind = nodes.kinds.get(of);
  // Of a tensor that is made of something at fault nothing more is said.
  if (kind === undefined) return { datatype, shape, of };
  const faults = new PipelineFaults();
  faults.attempt(() => checkDatatype(kind, of, spec, path));
  faults.attempt(() => checkShape(kind, of, spec, rowwise, path));
  const unit = faults.attempt(() => unitOfInput(input, kind, path));
  faults.throwIfAny();
  return {
    datatype,
    shape: [...shape],
    of,
    ...(unit !== undefined && { unit }),
    ...(description !== undefined && { description }),
  };
}

function results(
  faults: PipelineFaults,
  declared: DeclaredGraph,
  at: {
    readonly outputs: Readonly<Record<string, PipelineOutput>>;
    readonly signature: Signature;
    readonly rowwise: boolean;
  },
): Record<string, GraphResult> {
  const { outputs, signature, rowwise } = at;
  const entries =
    declared.result === undefined
      ? Object.keys(outputs).map((output) => [output, { output, steps: [] }] as const)
      : Object.entries(declared.result);
  if (declared.result !== undefined && entries.length === 0)
    faults.attempt(() => {
      throw invalidPipeline(['result'], 'name at least one result, or leave it out to answer every output');
    });
  // Of an output that is itself at fault nothing more is said.
  const isFaulty = (name: string) =>
    !Object.hasOwn(outputs, name) && signature.outputs.some((spec) => spec.name === name);
  return Object.fromEntries(
    entries.flatMap(([name, result]) => {
      if ([result.output].flat().some(isFaulty)) return [];
      const checked = faults.attempt(() => checkGraphResult(result, outputs, rowwise, ['result', name]));
      return checked === undefined ? [] : [[name, checked] as const];
    }),
  );
}
