import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { examples } from '../../examples/index.js';
import { ExampleLaboratory } from '../../examples/measurement/example-laboratory.js';
import { measureMetrics } from '../../examples/measurement/measure-metrics.js';
import { outOfFoldRows, type OutOfFoldRow } from '../../examples/measurement/out-of-fold.js';
import { measuredNuclides, nistConfiguration, solubilities } from '../../examples/measurement/datasets.js';
import type { ExampleVersion } from '../../examples/example.js';

let laboratory: ExampleLaboratory;
beforeAll(async () => {
  laboratory = await ExampleLaboratory.open();
});
afterAll(() => laboratory.close());

function version(model: string, number: number): ExampleVersion {
  const found = examples.find(({ name }) => name === model)?.versions[number - 1];
  if (found === undefined) throw new Error(`no ${model}@${number}`);
  return found;
}

const value = async (model: string, number: number, instance: unknown) =>
  (await laboratory.values(version(model, number), [instance]))[0] ?? NaN;

/** A value whose numbers, however deep, lie so close. */
function closeTo(value: unknown, digits: number): unknown {
  if (typeof value === 'number') return expect.closeTo(value, digits);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, closeTo(each, digits)]));
}

describe.each(
  examples.flatMap(({ name, versions }) =>
    versions.map((one, index) => ({ ref: `${name}@${index + 1}`, one })),
  ),
)('$ref', ({ one }) => {
  it.each(one.examples.map((example) => ({ example, name: example.name })))(
    'answers what its example $name says',
    async ({ example: { instance, expected } }) => {
      const [prediction] = await laboratory.predict(one, [instance]);
      if (typeof expected === 'number') expect(prediction?.value).toBeCloseTo(expected, 3);
      else expect(prediction?.value).toMatchObject(expected as object);
    },
  );
});

describe('esol', () => {
  // logS of the refit and Crippen logP: RDKit's, as Walters published them.
  const molecules = [
    {
      name: 'benzene',
      smiles: 'c1ccccc1',
      refit: -1.933,
      clogP: 1.6866,
      weight: 78.114,
      bonds: 0,
      aromatic: 1,
    },
    {
      name: 'caffeine',
      smiles: 'CN1C=NC2=C1C(=O)N(C(=O)N2C)C',
      refit: -0.534,
      clogP: -1.0293,
      weight: 194.194,
      bonds: 0,
      aromatic: 9 / 14,
    },
    {
      name: 'anthracene',
      smiles: 'c1ccc2cc3ccccc3cc2c1',
      refit: -4.305,
      clogP: 3.993,
      weight: 178.234,
      bonds: 0,
      aromatic: 1,
    },
    {
      name: 'diazepam',
      smiles: 'CN1C(=O)CN=C(c2ccccc2)c2cc(Cl)ccc12',
      refit: -4.213,
      clogP: 3.1538,
      weight: 284.746,
      bonds: 1,
      aromatic: 12 / 20,
    },
    { name: 'ethanol', smiles: 'CCO', refit: -0.042, clogP: -0.0014, weight: 46.069, bonds: 0, aromatic: 0 },
  ];

  it.each(molecules)('gives the published refit of $name', async ({ smiles, refit }) => {
    expect(Math.abs((await value('esol', 2, smiles)) - refit)).toBeLessThan(0.001);
  });

  it.each(molecules)(
    "gives Delaney's formula for $name",
    async ({ smiles, clogP, weight, bonds, aromatic }) => {
      const expected = 0.16 - 0.63 * clogP - 0.0062 * weight + 0.066 * bonds - 0.74 * aromatic;
      expect(Math.abs((await value('esol', 1, { smiles })) - expected)).toBeLessThan(0.001);
    },
  );

  it('answers with its unit and warns of nothing inside its domain', async () => {
    expect(await laboratory.predict(version('esol', 2), ['CC(=O)Oc1ccccc1C(=O)O'])).toEqual([
      {
        value: expect.any(Number),
        unit: 'log10(mol/L)',
        results: [{ name: 'log_s', value: expect.any(Number), unit: 'log10(mol/L)' }],
        warnings: [],
        error: null,
      },
    ]);
  });

  it('warns of a salt and of a molecule larger than any of the set', async () => {
    const [salt, large] = await laboratory.predict(version('esol', 2), ['[Na+].CC(=O)[O-]', 'C'.repeat(60)]);
    expect(salt?.warnings.map(({ code }) => code)).toEqual(['MULTIPLE_FRAGMENTS']);
    expect(large?.value).toEqual(expect.any(Number));
    expect(large?.warnings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^clogP is 23\.652, outside the domain -7\.58 to 10\.39 /),
      expect.stringMatching(
        /^molecularWeight is 843\.64 g\/mol, outside the domain 16\.04 to 780\.95 g\/mol /,
      ),
      expect.stringMatching(/^rotatableBonds is 57, outside the domain 0 to 23 /),
    ]);
  });

  it('has as its domain exactly the range of its data', async () => {
    const molecules = (await solubilities()).map(({ smiles }) => smiles);
    expect(
      (await laboratory.predict(version('esol', 2), molecules)).filter(({ warnings }) => warnings.length > 0),
    ).toEqual([]);
    // Every bound is met: moved inwards by the rounding, someone is outside.
    const domain = version('esol', 2).pipeline.domain as {
      source: string;
      ranges: Record<string, { min: number; max: number }>;
    };
    const narrower = Object.fromEntries(
      Object.entries(domain.ranges).map(([name, { min, max }]) => [
        name,
        { min: min + 0.011, max: max - 0.011 },
      ]),
    );
    const narrow: ExampleVersion = {
      ...version('esol', 2),
      pipeline: { ...version('esol', 2).pipeline, domain: { ...domain, ranges: narrower } },
    };
    const messages = (await laboratory.predict(narrow, molecules)).flatMap(({ warnings }) =>
      warnings.map(({ message }) => message),
    );
    const outside = (name: string, bound: 'min' | 'max') =>
      messages.some((message) => {
        const [, quantity, value] = /^(\w+) is (\S+?)(?: g\/mol)?, /.exec(message) ?? [];
        const range = narrower[name];
        return (
          quantity === name &&
          range !== undefined &&
          (bound === 'min' ? Number(value) < range.min : Number(value) > range.max)
        );
      });
    for (const name of Object.keys(domain.ranges))
      expect({ name, min: outside(name, 'min'), max: outside(name, 'max') }).toEqual({
        name,
        min: true,
        max: true,
      });
  });
});

describe('binding-energy', () => {
  it.each([
    { nuclide: 'Ni-58', number: 1, instance: { z: 28, n: 30 }, expected: '497.562' },
    { nuclide: 'Fe-56', number: 2, instance: { z: 26, n: 30 }, expected: '495.384' },
    { nuclide: 'Pb-208', number: 2, instance: { z: 82, n: 126 }, expected: '1634.263' },
  ])('gives $nuclide to the third decimal', async ({ number, instance, expected, nuclide }) => {
    expect((await value('binding-energy', number, instance)).toFixed(3)).toBe(expected);
    expect((await value('binding-energy', number, nuclide)).toFixed(3)).toBe(expected);
  });

  it('takes every measured nuclide, and warns of none from A = 16', async () => {
    const nuclides = await measuredNuclides();
    const predictions = await laboratory.predict(
      version('binding-energy', 2),
      nuclides.map(({ z, n }) => ({ z, n })),
    );
    expect(predictions.filter(({ error }) => error !== null)).toEqual([]);
    const warned = nuclides.filter((_, index) => predictions[index]?.warnings.length !== 0);
    expect(warned.length).toBe(nuclides.filter(({ z, n }) => z + n < 16).length);
    expect(warned.every(({ z, n }) => z + n < 16)).toBe(true);
  });
});

const TRAINED: readonly { model: string; number: number; instanceOf: (row: OutOfFoldRow) => unknown }[] = [
  { model: 'esol', number: 3, instanceOf: ({ instance }) => instance },
  {
    model: 'binding-energy',
    number: 3,
    instanceOf: ({ instance: { z, n } }) => ({ z: Number(z), n: Number(n) }),
  },
  {
    model: 'meat-fat',
    number: 1,
    instanceOf: ({ instance: { spectrum = '' } }) => ({ spectrum: JSON.parse(spectrum) as unknown }),
  },
];

describe.each(TRAINED)('$model, as it was trained', ({ model, number, instanceOf }) => {
  it('answers every row as scikit-learn does, to 1e-5', async () => {
    const trained = version(model, number);
    const rows = await outOfFoldRows(trained.outOfFold ?? '');
    const answers = await laboratory.values(trained, rows.map(instanceOf));
    const differences = answers.map((answer, row) => Math.abs(answer - Number(rows[row]?.fitted)));
    expect(differences.length).toBeGreaterThan(190);
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });

  it('was asked about every row in each of five divisions into five folds', async () => {
    const rows = await outOfFoldRows(version(model, number).outOfFold ?? '');
    for (const repeat of [0, 1, 2, 3, 4]) {
      const sizes = [1, 2, 3, 4, 5].map(
        (fold) => rows.filter(({ unseen }) => unseen[repeat]?.fold === String(fold)).length,
      );
      expect(sizes.reduce((sum, size) => sum + size)).toBe(rows.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }
  });
});

describe('wine-cultivar', () => {
  it('answers every wine as scikit-learn does, to 1e-6', async () => {
    const trained = version('wine-cultivar', 1);
    const rows = await outOfFoldRows(trained.outOfFold ?? '');
    const answers = await laboratory.predict(
      trained,
      rows.map(({ instance }) =>
        Object.fromEntries(Object.entries(instance).map(([name, cell]) => [name, Number(cell)])),
      ),
    );
    expect(rows).toHaveLength(178);
    for (const [row, { value, warnings }] of answers.entries()) {
      const cells = rows[row]?.cells ?? {};
      expect(warnings).toEqual([]);
      expect(value).toEqual({
        cultivar: cells.fitted,
        probabilities: closeTo(
          Object.fromEntries(trained.classes?.map((name) => [name, Number(cells[`${name}_fitted`])]) ?? []),
          6,
        ),
      });
    }
  });

  it('is asked in any order, refuses what cannot be, and names what is missing', async () => {
    const [{ instance } = {}] = version('wine-cultivar', 1).examples;
    const wine = instance as Readonly<Record<string, number>>;
    const backwards = Object.fromEntries(Object.entries(wine).toReversed());
    const [asGiven, turned, negative, without] = await laboratory.predict(version('wine-cultivar', 1), [
      wine,
      backwards,
      { ...wine, ash: -1 },
      { ...wine, proline: undefined },
    ]);
    expect(turned).toEqual(asGiven);
    expect(negative?.error).toMatchObject({ code: 'OUT_OF_RANGE', message: expect.stringContaining('ash') });
    expect(without?.error).toMatchObject({ message: expect.stringContaining('proline') });
  });
});

describe('meat-fat', () => {
  const spectrumOf = (number: number) =>
    (version('meat-fat', 1).examples[number]?.instance as { spectrum: { x: number[]; y: number[] } })
      .spectrum;

  it('reads a spectrum in any order and in wavenumbers alike', async () => {
    const { x, y } = spectrumOf(1);
    const fat = await value('meat-fat', 1, { spectrum: { x, y } });
    expect(await value('meat-fat', 1, { spectrum: { x: x.toReversed(), y: y.toReversed() } })).toBe(fat);
    const wavenumbers = { x: x.map((nm) => 1e7 / nm), y, xUnit: 'cm^-1' };
    expect(await value('meat-fat', 1, { spectrum: wavenumbers })).toBeCloseTo(fat, 3);
  });

  it('answers the same for a longer way through the meat, and over a baseline', async () => {
    const { x, y } = spectrumOf(2);
    const other = { x, y: y.map((absorbance, place) => 1.7 * absorbance + 0.3 - 0.002 * place) };
    expect(await value('meat-fat', 1, { spectrum: other })).toBeCloseTo(
      await value('meat-fat', 1, { spectrum: { x, y } }),
      3,
    );
  });

  it('refuses a spectrum that ends before the last wavelength', async () => {
    const { x, y } = spectrumOf(0);
    const [prediction] = await laboratory.predict(version('meat-fat', 1), [
      { spectrum: { x: x.slice(0, 90), y: y.slice(0, 90) } },
    ]);
    expect(prediction).toMatchObject({ value: null, error: { code: 'INVALID_SPECTRUM' } });
  });
});

describe('lennard-jones', () => {
  it("gives NIST's configuration 4", async () => {
    const positions = await nistConfiguration();
    expect(await value('lennard-jones', 1, { positions, box: 8, cutoff: 3 })).toBeCloseTo(
      -16.790321304625856,
      12,
    );
    expect((await value('lennard-jones', 1, { positions, box: 8, cutoff: 4 })).toFixed(3)).toBe('-17.060');
  });

  it('is −ε at the minimum, 0 for one particle and beyond the cutoff', async () => {
    const pair = (distance: number) => [
      [0, 0, 0],
      [0, distance, 0],
    ];
    expect(await value('lennard-jones', 1, { positions: pair(2 ** (1 / 6)) })).toBeCloseTo(-1, 14);
    expect(await value('lennard-jones', 1, { positions: pair(7.1), box: 8, cutoff: 4 })).toBeCloseTo(
      4 * (0.9 ** -12 - 0.9 ** -6),
      9,
    );
    expect(await value('lennard-jones', 1, { positions: pair(2.5), cutoff: 2.5 })).toBe(0);
    expect(await value('lennard-jones', 1, { positions: [[1, 2, 3]] })).toBe(0);
  });

  it('has no energy for two particles at one place', async () => {
    const [prediction] = await laboratory.predict(version('lennard-jones', 1), [
      {
        positions: [
          [1, 1, 1],
          [1, 1, 1],
        ],
      },
    ]);
    expect(prediction).toMatchObject({
      value: null,
      error: { code: 'NON_FINITE', message: expect.stringContaining('same place') },
    });
  });
});

describe('every example', () => {
  it('carries the metrics that its data give', async () => {
    const declared = Object.fromEntries(
      examples.map(({ name, versions }) => [name, versions.map(({ metrics }) => metrics)]),
    );
    expect(await measureMetrics(laboratory)).toEqual(declared);
  });

  it.each(
    examples.flatMap(({ name, versions }) =>
      versions.map((one, index) => ({ ref: `${name}@${index + 1}`, one })),
    ),
  )('builds $ref to the same bytes', ({ one }) => {
    expect(Buffer.from(one.build()).equals(Buffer.from(one.build()))).toBe(true);
  });

  it.each(examples)(
    'has a card of $name with its numbers, its source and its limits',
    ({ card, versions, production }) => {
      for (const { metrics } of versions)
        for (const { value } of metrics) expect(card).toContain(String(value));
      for (const heading of ['Intended use', 'Input and output', 'Source', 'Measured error'])
        expect(card).toContain(`## ${heading}`);
      expect(card).toMatch(/## (Domain and limits|Limits)/);
      expect(versions[production - 1]).toBeDefined();
    },
  );

  it('differs between versions in its graph', () => {
    for (const { versions } of examples) {
      const graphs = new Set(versions.map((one) => Buffer.from(one.build()).toString('base64')));
      expect(graphs.size).toBe(versions.length);
    }
  });

  it('has the graphs that were trained in at most 5 MB each', () => {
    for (const { versions } of examples)
      for (const one of versions)
        if (one.outOfFold !== undefined) expect(one.build().byteLength).toBeLessThan(5_000_000);
  });
});
