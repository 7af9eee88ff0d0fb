import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import {
  derivedPipeline,
  describeInstance,
  describeResults,
  parsePipeline,
  pipelineLanguage,
  withPipelineTables,
} from '../../../src/pipelines/index.js';
import { DomainError } from '../../../src/platform/errors.js';
import { signature } from '../signatures.js';

const graph = signature({ features: ['FP32', [-1, 1027]] }, { log_s: ['FP32', [-1, 1]] });
const document = readFileSync('docs/pipelines.md', 'utf8');
const [, example = ''] = /```jsonc\n([\s\S]*?)```/.exec(document) ?? [];
const declared = JSON.parse(example) as Record<
  'instance' | 'steps' | 'inputs' | 'outputs' | 'result' | 'domain',
  object
>;

function faultsOf(pipeline: unknown, of = graph): [string, string][] {
  try {
    parsePipeline(pipeline, of);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return [error, ...error.also].map(({ field = [], message }) => [field.join('.'), message]);
  }
}
const withSteps = (more: object) => ({ ...declared, steps: { ...declared.steps, ...more } });

describe('a pipeline of format 2', () => {
  it('is plain JSON that parses to itself again, with what the graph says', () => {
    const once = parsePipeline(declared, graph);
    expect(once).toMatchObject({
      format: 2,
      inputs: { features: { datatype: 'FP32', shape: [-1, 1027], of: 'x', unit: '1' } },
      result: { solubility: { output: 'log_s', unit: 'mol/L' } },
    });
    const stored: unknown = JSON.parse(JSON.stringify(once));
    expect(stored).toEqual(once);
    expect(JSON.stringify(parsePipeline(stored, graph))).toBe(JSON.stringify(once));
  });

  it('says what it is asked and answers', () => {
    const pipeline = parsePipeline(declared, graph);
    expect(describeInstance(pipeline)).toEqual({
      fields: [
        { name: 'smiles', kind: 'molecule', shape: [], optional: false, description: 'The solute.' },
        {
          name: 'temperature',
          kind: 'number',
          shape: [],
          unit: 'K',
          minimum: 250,
          maximum: 400,
          optional: true,
        },
        { name: 'solvent', kind: 'category', shape: [], values: ['water', 'ethanol'], optional: true },
      ],
    });
    expect(describeResults(pipeline)).toEqual([
      { name: 'solubility', kind: 'number', shape: [], unit: 'mol/L' },
    ]);
  });

  it.each([
    [withSteps({ q: { step: 'standardise', of: 't', mean: 0, scale: 1 } }), 'pipeline.steps.q.step', /no step of this name; the nearest are standardize/],
    [{ ...declared, instance: { ...declared.instance, q: { kind: 'numbr' } } }, 'pipeline.instance.q.kind', /the nearest are number/],
    [withSteps({ a: { step: 'log', of: 'b' }, b: { step: 'log', of: 'a' } }), 'pipeline.steps.a.of', /a cycle: "a" is made of "b" is made of "a"/],
    [withSteps({ a: { step: 'log', of: 'a' } }), 'pipeline.steps.a.of', /a cycle: "a" is made of "a"/],
    [withSteps({ a: { step: 'log', of: 'temprature' } }), 'pipeline.steps.a.of', /no field or step has the name "temprature"; the nearest are "temperature"/],
    [withSteps({ a: { step: 'log', of: 'smiles' } }), 'pipeline.steps.a.of', /"log" takes numbers, but "smiles" is a molecule/],
    [withSteps({ a: { step: 'log', of: ['t', 's'] } }), 'pipeline.steps.a.of', /takes one value, got 2; "concatenate" joins/],
    [withSteps({ smiles: { step: 'log', of: 't' } }), 'pipeline.steps.smiles', /a field has this name already/],
    [withSteps({ a: { step: 'standardize', of: 'x', mean: [1, 2], scale: 1 } }), 'pipeline.steps.a.mean', /each of the 1027 columns; got 2/],
    [{ ...declared, inputs: { features: { of: 't', unit: '1' } } }, 'pipeline.inputs.features.of', /"t" is a number for each instance, so shape \[-1\] or \[-1,1\]; the graph's input is \[-1,1027\]/],
    [{ ...declared, inputs: { features: { of: 'smiles' } } }, 'pipeline.inputs.features.of', /"smiles" is a molecule, which no tensor holds/],
    [{ ...declared, inputs: { features: { of: 'morgan', unit: 'K' } } }, 'pipeline.inputs.features.of', /1024 bits/],
    [{ ...declared, instance: { ...declared.instance, temperature: { kind: 'number', missing: { use: 'hot' } } } }, 'pipeline.instance.temperature.missing.use', /must be a finite number/],
    [{ ...declared, domain: { source: 's', ranges: { temprature: { min: 1 } } } }, 'pipeline.domain.ranges.temprature', /the nearest are temperature/],
    [{ ...declared, result: { r: { output: 'log_s', steps: [{ step: 'power' }] } } }, 'pipeline.result.r.unit', /unit of its own/],
    [{ ...declared, result: { r: { output: 'logs' } } }, 'pipeline.result.r.output', /outputs "log_s"; got "logs"/],
  ])('refuses what is wrong: case %#', (pipeline, path, message) => {
    expect(faultsOf(pipeline)[0]).toEqual([path, expect.stringMatching(message)]);
  }); // prettier-ignore

  it('says the unit that a step has where another is declared', () => {
    const pipeline = {
      ...declared,
      steps: { d: { step: 'descriptors', of: 'smiles', names: ['TPSA', 'MolWt'] } },
      inputs: { features: { of: 'd', unit: ['Å^2', 'K'] } },
      domain: undefined,
    };
    expect(faultsOf(JSON.parse(JSON.stringify(pipeline)), signature({ features: ['FP32', [-1, 2]] }, { log_s: ['FP32', [-1, 1]] }))).toEqual([
      ['pipeline.inputs.features.unit.1', expect.stringMatching(/MolWt has the unit "g\/mol", got "K"/)],
    ]); // prettier-ignore
  });

  it('needs whole numbers for a tensor of these, which "cast" makes', () => {
    const of = signature({ n: ['INT64', [-1]] }, { y: ['FP32', [-1]] });
    const pipeline = (steps: object, from: string) => ({
      format: 2,
      instance: { n: { kind: 'number', unit: '1' } },
      steps,
      inputs: { n: { of: from } },
      outputs: { y: { unit: '1' } },
    });
    expect(faultsOf(pipeline({}, 'n'), of)[0]?.[1]).toMatch(
      /fills a tensor of FP16, FP32, FP64.* add a "cast" step/,
    );
    expect(faultsOf(pipeline({ c: { step: 'cast', of: 'n', to: 'integer' } }, 'c'), of)).toEqual([]);
  });
});

describe('a version without a pipeline', () => {
  it('takes rows of its inputs, and answers labels and probabilities by their classes', () => {
    const made = derivedPipeline({
      inputs: [
        { name: 'age', datatype: 'FP32', shape: [-1, 1] },
        { name: 'site', datatype: 'BYTES', shape: [-1, 1] },
        { name: 'x', datatype: 'INT64', shape: [-1, 4] },
      ],
      outputs: [
        { name: 'label', datatype: 'BYTES', shape: [-1] },
        { name: 'probabilities', datatype: 'FP32', shape: [-1, 2], classLabels: ['no', 'yes'] },
      ],
    });
    expect(describeInstance(made).fields.map(({ name, kind, shape }) => [name, kind, shape])).toEqual([
      ['age', 'number', []],
      ['site', 'text', []],
      ['x', 'tensor', [4]],
    ]);
    expect(describeResults(made)).toEqual([
      { name: 'label', kind: 'text', shape: [] },
      { name: 'probabilities', kind: 'number', shape: [2], columns: ['no', 'yes'], unit: '1' },
    ]);
  });
});

describe('the language', () => {
  it('is JSON Schema that names every step', () => {
    expect(JSON.stringify(pipelineLanguage())).toMatch(/"const":"one-hot"/);
  });

  it('is what docs/pipelines.md says; otherwise run node scripts/pipeline-docs.mjs', () => {
    expect(document).toBe(withPipelineTables(document));
  });
});
