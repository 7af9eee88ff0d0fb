import type { Pipeline, PipelineResult } from './pipeline.js';
import { MAXIMUM_Z, neutronRange } from './instances/nuclear-landscape.js';

export type FieldKind =
  | 'number'
  | 'integer'
  | 'boolean'
  | 'text'
  | 'category'
  | 'date'
  | 'molecule'
  | 'nuclide'
  | 'element'
  | 'composition'
  | 'structure'
  | 'spectrum'
  | 'series'
  | 'image'
  | 'tensor';

/** A field of an instance. */
export interface FieldDescription {
  readonly name: string;
  readonly kind: FieldKind;
  /** [] for a scalar; −1 along a dimension of any extent. */
  readonly shape: readonly number[];
  readonly unit?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Of a category. */
  readonly values?: readonly string[];
  readonly optional: boolean;
  readonly description?: string;
}

/** A result for one instance. */
export interface ResultDescription {
  readonly name: string;
  /** Of one element; a label with classes is text. */
  readonly kind: 'number' | 'integer' | 'boolean' | 'text' | 'json';
  /** Of lists within lists, [] for a single value. With `columns` each element is an object of them. */
  readonly shape: readonly number[];
  readonly columns?: readonly string[];
  readonly classes?: readonly string[];
  readonly unit?: string;
  readonly description?: string;
}

export interface InstanceDescription {
  readonly fields: readonly FieldDescription[];
  /** The field that a bare value stands for. */
  readonly bare?: string;
}

const HEAVIEST = neutronRange(MAXIMUM_Z).max;

/** What an instance of the pipeline is made of. */
export function describeInstance(pipeline: Pipeline): InstanceDescription {
  const { instance } = pipeline;
  switch (instance.kind) {
    case 'molecule':
      return {
        fields: [
          {
            name: 'smiles',
            kind: 'molecule',
            shape: [],
            optional: false,
            description: 'The molecule as a SMILES string, such as "CCO".',
          },
        ],
        bare: 'smiles',
      };
    case 'nuclide':
      return {
        fields: [
          nucleons('z', { minimum: 1, maximum: MAXIMUM_Z, description: 'The number of protons.' }),
          nucleons('n', { minimum: 0, maximum: HEAVIEST, description: 'The number of neutrons.' }),
        ],
      };
    case 'particles':
      return {
        fields: [
          {
            name: 'positions',
            kind: 'number',
            shape: [-1, 3],
            ...unitOf(pipeline, 'positions'),
            optional: false,
            description: 'The coordinates of each particle.',
          },
          length(pipeline, 'box', 'The edge of the periodic cube; left out, the particles are free.'),
          length(pipeline, 'cutoff', 'The distance beyond which pairs do not count.'),
        ],
      };
  }
}

/** What an answer for one instance is made of, in the order of the pipeline. */
export function describeResults(pipeline: Pipeline): readonly ResultDescription[] {
  return Object.entries(pipeline.result).map(([name, result]): ResultDescription => {
    const { unit, columns, classes, description } = result;
    return {
      name,
      kind: kindOf(pipeline, result),
      shape: shapeOf(pipeline, result),
      ...(columns && { columns }),
      ...(classes && { classes: [...new Set(Object.values(classes))] }),
      ...(unit !== undefined && { unit }),
      ...(description !== undefined && { description }),
    };
  });
}

function kindOf({ outputs }: Pipeline, { output, steps, classes }: PipelineResult) {
  const datatype = outputs[output]?.datatype;
  if (classes !== undefined || datatype === 'BYTES') return 'text';
  if (steps.length > 0 || datatype === undefined || datatype.startsWith('FP')) return 'number';
  return datatype === 'BOOL' ? 'boolean' : 'integer';
}

/** A batch keeps its first dimension out of the answer, and what is one element everywhere is no list. */
function shapeOf({ outputs, instance }: Pipeline, { output, columns }: PipelineResult): readonly number[] {
  const declared = outputs[output]?.shape ?? [];
  const own = instance.kind === 'particles' ? declared : declared.slice(1);
  if (columns !== undefined) return own.slice(0, -1);
  return own.every((dimension) => dimension === 1) ? [] : own;
}

function nucleons(name: string, rest: Pick<FieldDescription, 'minimum' | 'maximum' | 'description'>) {
  return { name, kind: 'integer', shape: [], unit: '1', optional: false, ...rest } as const;
}

function length(pipeline: Pipeline, name: string, description: string): FieldDescription {
  return {
    name,
    kind: 'number',
    shape: [],
    ...unitOf(pipeline, name),
    minimum: 0,
    optional: true,
    description,
  };
}

/** Of a field that an input takes as it is. */
function unitOf({ inputs }: Pipeline, name: string): Pick<FieldDescription, 'unit'> {
  for (const { steps, unit } of Object.values(inputs)) {
    const [source, ...further] = steps;
    if (source.step === 'field' && source.field === name && further.length === 0 && typeof unit === 'string')
      return { unit };
  }
  return {};
}
