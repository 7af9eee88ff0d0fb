import type { Signature } from '../../tensors/index.js';
import { checkDomain } from './check-domain.js';
import { checkInput } from './check-input.js';
import { checkOutput } from '../check-output.js';
import { checkResult } from './check-result.js';
import { matchTensors } from '../match-tensors.js';
import { parseDeclared } from '../parse-declared.js';
import { invalidPipeline } from '../pipeline-error.js';
import { PipelineFaults } from '../pipeline-faults.js';
import { pipelineSchema, type DeclaredPipeline, type DeclaredResult } from '../pipeline-schema.js';
import type { PipelineOfChains, PipelineInput, PipelineOutput, PipelineResult } from '../pipeline.js';

/**
 * Reads a declared pipeline of format 1 and checks it against the signature its graph has: every input is made by steps that fit
 * its datatype and shape, every input and output has a unit.
 *
 * @throws DomainError INVALID_PIPELINE, with the path of the first fault in `field`, and the others in `also`.
 */
export function parseChain(pipeline: unknown, signature: Signature): PipelineOfChains {
  const declared = parseDeclared(pipelineSchema, pipeline);
  const kind = declared.instance.kind;
  const faults = new PipelineFaults();
  const inputs = matchTensors(
    faults,
    'inputs',
    declared.inputs,
    signature.inputs,
    (input, spec, path): PipelineInput => {
      checkInput(input, spec, kind, path);
      return { ...input, datatype: spec.datatype, shape: [...spec.shape] };
    },
  );
  const outputs = matchTensors(faults, 'outputs', declared.outputs, signature.outputs, (output, spec, path) =>
    checkOutput(output, spec, kind !== 'particles', path),
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
        checkResult(result, outputs, declared.instance.kind !== 'particles', ['result', name]),
      );
      return checked === undefined ? [] : [[name, checked] as const];
    }),
  );
}
