import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBench, type Bench } from './support/bench.js';

describe('models of CatBoost', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await openBench('catboost', './make_catboost.py');
  });
  afterAll(() => bench.close());

  const predicted = async (name: string, model: string) => {
    expect(await bench.retort('deploy', `${model}@1`)).toMatchObject({ code: 0 });
    const rows = bench.asked(name).rows.map((row) => JSON.stringify(row));
    const { code, stdout } = await bench.retort('predict', model, ...rows, '--json');
    expect({ code, stdout }).toMatchObject({ code: 0 });
    return (JSON.parse(stdout) as { predictions: { value: unknown; results?: unknown }[] }).predictions;
  };

  it('a regression is served under the names of its columns', async () => {
    const version = await bench.push('regression.cbm', '--model', 'energy');
    expect(version.conversion).toMatchObject({ format: 'CATBOOST', warnings: [] });
    expect(version.signature.inputs.map(({ name }) => name)).toEqual(['mass', 'charge', 'radius', 'spin']);
    const { answers } = bench.asked('regression.cbm');
    const found = await predicted('regression.cbm', 'energy');
    expect(found).toHaveLength(answers.length);
    for (const [row, { value }] of found.entries()) expect(value).toBeCloseTo(Number(answers[row]), 4);
  });

  it('a classifier keeps the names of its classes', async () => {
    const version = await bench.push('classes.cbm', '--model', 'kinds');
    expect(version.signature.outputs).toMatchObject([
      { name: 'label' },
      { name: 'probabilities', classLabels: ['bound', 'free', 'unknown'] },
    ]);
    const rows = bench.asked('classes.cbm').rows as Readonly<Record<string, number>>[];
    const answers = bench.asked('classes.cbm').answers as Readonly<Record<string, number>>[];
    const inputs = version.signature.inputs.map(({ name, datatype }) => ({
      name,
      datatype,
      shape: [rows.length, 1],
      data: rows.map((row) => row[name]),
    }));
    await bench.server.file('rows.json', JSON.stringify(inputs));
    const { code, stdout } = await bench.retort(
      ...['infer', 'kinds@1', '--input', `${bench.server.folder}/rows.json`, '--output', 'probabilities'],
      '--json',
    );
    expect({ code, stdout }).toMatchObject({ code: 0 });
    const [output] = (JSON.parse(stdout) as { outputs: { data: number[] }[] }).outputs;
    const wanted = answers.flatMap(({ bound = NaN, free = NaN, unknown = NaN }) => [bound, free, unknown]);
    expect(output?.data).toHaveLength(wanted.length);
    for (const [index, value] of (output?.data ?? []).entries())
      expect(value).toBeCloseTo(wanted[index] ?? NaN, 5);
    const found = await predicted('classes.cbm', 'kinds');
    for (const [row, { value }] of found.entries()) {
      const { label, probabilities } = value as { label: string; probabilities: Record<string, number> };
      const own = Object.entries(answers[row] ?? {});
      expect(label).toBe(own.reduce((one, other) => (other[1] > one[1] ? other : one))[0]);
      expect(Object.keys(probabilities)).toEqual(own.map(([name]) => name));
      for (const [name, probability] of own) expect(probabilities[name]).toBeCloseTo(probability, 5);
    }
    expect(found).toHaveLength(answers.length);
  });

  it('one of categories is refused, with the reason', async () => {
    expect(await bench.refused('categories.cbm', '--model', 'none')).toMatch(
      /features of categories or text, which CatBoost does not write as ONNX/,
    );
  });
});
