import { describe, expect, it } from '@jest/globals';
import { execute, parse, validate, validateSchema } from 'graphql';
import type { FieldDescription, ResultDescription } from '../../../src/pipelines/index.js';
import { buildExecutableSchema } from '../../../src/graphql/schema.js';
import type { Door } from '../../../src/graphql/typed/door.js';
import { changedNames, TypedSchema, type DoorFields } from '../../../src/graphql/typed/typed-schema.js';

const base = buildExecutableSchema();
const typed = new TypedSchema(base);

const field = (name: string, more: Partial<FieldDescription> = {}): FieldDescription => ({
  name,
  kind: 'number',
  shape: [],
  optional: false,
  ...more,
});
const result = (name: string, more: Partial<ResultDescription> = {}): ResultDescription => ({
  name,
  kind: 'number',
  shape: [],
  ...more,
});
function door(
  fieldName: string,
  fields: readonly FieldDescription[],
  results: readonly ResultDescription[],
  bare?: string,
): Door {
  const instance = bare === undefined ? { fields } : { fields, bare };
  return {
    deployment: { id: fieldName, name: fieldName, modelName: 'm' },
    fieldName,
    description: { instance, results },
    fits: () => true,
    departed: null,
  };
}
function fieldsOf(doors: readonly Door[], before: DoorFields = new Map()): DoorFields {
  const steps = typed.fields(doors, before);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Asks a schema with one door of a service that answers what it is told, and tells what that was asked. */
async function asked(one: Door, selection: string, results: readonly unknown[], variables = {}, head = '') {
  const schema = typed.withFields(fieldsOf([one]));
  expect(validateSchema(schema)).toEqual([]);
  const document = parse(`mutation ${head} { models { ${selection} } }`);
  expect(validate(schema, document)).toEqual([]);
  let request: Record<string, unknown> = {};
  const prediction = {
    id: 'p',
    warnings: [],
    error: null,
    results: results.map((value, index) => ({
      name: one.description.results[index]?.name,
      value,
      unit: 'u',
    })),
  };
  const predictions = {
    predict: async (_: unknown, given: Record<string, unknown>) => {
      request = given;
      return { predictions: [prediction], version: {}, timing: {} };
    },
  };
  const { data, errors } = await execute({
    schema,
    document,
    variableValues: variables,
    contextValue: { predictions, caller: {}, departure: {}, typedDoors: {} },
  });
  expect(errors).toBeUndefined();
  const { models } = JSON.parse(JSON.stringify(data)) as { models: Record<string, unknown[]> };
  return { answer: models[one.fieldName]?.[0], request };
}

describe('a field made from a pipeline', () => {
  it('takes a record of every kind of value, as the pipeline has it', async () => {
    const solvent = field('the solvent', {
      kind: 'category',
      values: ['water', 'n-hexane', 'true', '2-propanol'],
    });
    const one = door(
      'table',
      [
        field('temperature', { unit: 'K', minimum: 250, maximum: 400, optional: true }),
        field('count', { kind: 'integer' }),
        field('small', { kind: 'integer', minimum: 0, maximum: 10 }),
        field('wet', { kind: 'boolean', optional: true }),
        solvent,
        field('matrix', { shape: [-1, 3] }),
        field('anything', { kind: 'structure', optional: true }),
      ],
      [result('y')],
    );
    const { request } = await asked(
      one,
      `table(instances: [{temperature: null, count: "12345678901", small: 7, the_solvent: n_hexane, matrix: [[1, 2, 3]], anything: {a: 1}},
         {count: 9007199254740993, small: 1, the_solvent: true_2, matrix: []}, {count: 1, small: 1, the_solvent: _2_propanol, wet: true, matrix: []}], deadlineMs: 5) { y { value unit } }`,
      [1.5],
    ).catch((error: unknown) => ({ request: String(error) }));
    expect(request).toMatchObject({
      deployment: 'table',
      deadlineMs: 5,
      instances: [
        { count: 12345678901, small: 7, 'the solvent': 'n-hexane', matrix: [[1, 2, 3]], anything: { a: 1 } },
        { count: '9007199254740993', small: 1, 'the solvent': 'true', matrix: [] },
        { count: 1, small: 1, 'the solvent': '2-propanol', wet: true, matrix: [] },
      ],
    });
    expect((request as unknown as { instances: object[] }).instances[0]).not.toHaveProperty('temperature');
    const schema = typed.withFields(fieldsOf([one]));
    expect(schema.getType('TableInstance')).toMatchObject({
      _fields: { temperature: { description: 'In K. From 250 to 400. May be left out.' } },
    });
  });

  it('takes the values themselves where an instance has one field, whose name gives way to other arguments', async () => {
    const bare = door('plain', [field('smiles', { kind: 'molecule' })], [result('y')], 'smiles');
    expect((await asked(bare, 'plain(smiles: ["C", "N"]) { y { value } }', [1])).request).toMatchObject({
      instances: ['C', 'N'],
    });
    const clash = door('clash', [field('priority')], [result('y')]);
    expect(
      (await asked(clash, 'clash(priority_2: [1.5], priority: LOW) { y { value } }', [1])).request,
    ).toMatchObject({ priority: 'LOW', instances: [{ priority: 1.5 }] });
  });

  it('answers numbers, whole ones, labels, columns and lists in types of their own', async () => {
    const one = door(
      'many',
      [field('x')],
      [
        result('mean', { shape: [-1] }),
        result('id', { kind: 'integer' }),
        result('counts', { kind: 'integer', shape: [2] }),
        result('label', { kind: 'text', classes: ['soluble', 'not soluble'] }),
        result('shares', { columns: ['soluble', 'not soluble', '1'], shape: [3] }),
        result('rows', { columns: ['a'], shape: [2, 1] }),
        result('note', { kind: 'text' }),
        result('yes', { kind: 'boolean' }),
        result('cube', { shape: [1, 2, 2] }),
      ],
    );
    const { answer } = await asked(
      one,
      `many(x: [1]) { mean { __typename value unit } id id_2 { value } counts { value } label { value } shares { value { soluble not_soluble _1 } }
         rows { value { a } } note { value } yes { value } cube { __typename value } }`,
      [
        [0.1, 0.2],
        '9007199254740993',
        [1, '9007199254740993'],
        'not soluble',
        { soluble: 0.25, 'not soluble': 0.75, 1: 0 },
        [{ a: 1 }, { a: 2 }],
        'text',
        true,
        [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      ],
    );
    expect(answer).toEqual({
      mean: { __typename: 'PredictedNumberList', value: [0.1, 0.2], unit: 'u' },
      id: 'p',
      id_2: { value: '9007199254740993' },
      counts: { value: [1, '9007199254740993'] },
      label: { value: 'not_soluble' },
      shares: { value: { soluble: 0.25, not_soluble: 0.75, _1: 0 } },
      rows: { value: [{ a: 1 }, { a: 2 }] },
      note: { value: 'text' },
      yes: { value: true },
      cube: {
        __typename: 'PredictedNumberArray3',
        value: [
          [
            [1, 2],
            [3, 4],
          ],
        ],
      },
    });
  });

  it('keeps the types of doors that did not change, and tells the names of those that did', () => {
    const [one, two] = [door('one', [field('a')], [result('y')]), door('two', [field('a')], [result('y')])];
    const before = fieldsOf([one, two]);
    const changed = door('two', [field('a')], [result('y', { unit: 'K' })]);
    const after = fieldsOf([one, changed, door('three', [field('a')], [result('y')])], before);
    expect(after.get('one')).toBe(before.get('one'));
    expect(changedNames(before, after)).toEqual(new Set(['two', 'TwoPrediction']));
    const [first, second] = [typed.withFields(before), typed.withFields(after)];
    expect(second.getType('OnePrediction')).toBe(first.getType('OnePrediction'));
    expect(second.getQueryType()).toBe(base.getQueryType());
    expect(validateSchema(second)).toEqual([]);
  });

  it('has types that nothing else has, whatever the deployments are called', () => {
    const names = ['logged', 'Prediction', 'a_b', 'ab', 'aB', 'a_prediction', 'a'];
    const doors = names.map((name) =>
      door(
        name,
        [field('prediction', { kind: 'category', values: ['x'] }), field('b')],
        [result('y', { kind: 'text', classes: ['x'] })],
      ),
    );
    expect(validateSchema(typed.withFields(fieldsOf(doors)))).toEqual([]);
  });
});
