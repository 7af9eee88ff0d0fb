import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask } from '../api/support/ask.js';
import { publish, register } from '../api/support/catalog-steps.js';
import {
  captumModel,
  explainAnswer,
  explained,
  type Explained,
  explainRefusal,
  invariantModel,
} from './support/explain.js';

const numbers = ({ attributions }: Explained) => attributions.map(({ attribution }) => attribution);

describe.each(anyDatabaseKind)('explainPrediction, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
    for (const [name, model] of [
      ['captum', captumModel()],
      ['one', invariantModel('one')],
      ['other', invariantModel('other')],
    ] as const) {
      await register(app, name);
      await publish(app, name, model);
    }
  });
  afterAll(() => app.close());

  const captum = async (input: Record<string, unknown>, x: readonly number[] = [20, 50, 30]) => {
    const [found] = await explained(app, { version: 'captum@1', instances: [{ x }], target: 'y', ...input });
    if (found === undefined) throw new Error('No explanation');
    return found;
  };
  const closeTo = (found: Explained, expected: readonly number[], digits = 3) => {
    expect(found.attributions).toHaveLength(expected.length);
    for (const [place, value] of expected.entries()) expect(numbers(found)[place]).toBeCloseTo(value, digits);
  };

  it('gives Captum’s published Shapley values, grouped and against other baselines', async () => {
    const found = await captum({ method: 'SHAPLEY', baseline: 0 });
    closeTo(found, [76.6667, 196.6667, 116.6667]);
    expect(found).toMatchObject({
      game: 'BASELINE',
      features: 'INPUTS',
      baseValue: 2,
      value: 392,
      target: 'y',
    });
    expect(found.attributions[1]).toMatchObject({ name: 'x[1]', index: [1], value: 50, error: 0 });
    expect(Math.abs(found.completenessGap ?? NaN)).toBeLessThan(1e-9);
    closeTo(await captum({ method: 'SHAPLEY', baseline: 0 }, [2, 10, 3]), [7, 32.5, 10.5]);
    closeTo(await captum({ method: 'SHAPLEY', baseline: { x: [10, 20, 10] } }), [40, 120, 80]);
    const groups = [['x[0]', 'x[1]'], ['x[2]']];
    closeTo(await captum({ method: 'SHAPLEY', baseline: 0, groups }), [275, 115]);
    closeTo(await captum({ method: 'SHAPLEY', baseline: 4, groups }), [248, 104]);
    closeTo(await captum({ method: 'SHAPLEY', baseline: 0, groups }, [2, 10, 3]), [39.5, 10.5]);
  });

  it('gives Captum’s Kernel SHAP, LIME and occlusion, and nothing for a constant output', async () => {
    closeTo(await captum({ method: 'KERNEL_SHAP', baseline: 0 }), [76.6667, 196.6667, 116.6667]);
    closeTo(await captum({ method: 'OCCLUSION', baseline: 0 }), [80, 200, 120]);
    closeTo(
      await captum({ method: 'OCCLUSION', features: 'REGIONS', window: [1], baseline: 0 }, [2, 10, 3]),
      [8, 35, 12],
    );
    const lime = { samples: 500, kernelWidth: 10, distance: 'COSINE', model: 'LASSO', alpha: 1 };
    const found = await captum({ method: 'LIME', baseline: 0, lime });
    for (const [place, value] of [73.37, 193.33, 113.33].entries())
      expect(Math.abs((numbers(found)[place] ?? NaN) - value)).toBeLessThan(1);
    expect(found.game).toBe('LOCAL');
    closeTo(await captum({ target: 'constant', method: 'SHAPLEY', baseline: 0 }), [0, 0, 0]);
  });

  it('gives the same for two graphs of one function', async () => {
    for (const version of ['one@1', 'other@1']) {
      const instances = [{ x: [3, 1] }];
      const [shapley] = await explained(app, { version, instances, method: 'SHAPLEY', baseline: 0 });
      if (shapley) closeTo(shapley, [1.5, -0.5], 12);
      const [occlusion] = await explained(app, { version, instances, method: 'OCCLUSION', baseline: 0 });
      if (occlusion) closeTo(occlusion, [1, -1], 12);
    }
  });

  it('explains esol by its own training data, in descriptors, and a bad instance alone has an error', async () => {
    const [bad, found] = await explained(app, {
      deployment: 'esol',
      instances: ['not a molecule', 'CCO'],
      background: { attachment: true, rows: 5 },
      method: 'KERNEL_SHAP',
      tolerance: 0.2,
    });
    expect(bad).toMatchObject({
      baseValue: null,
      attributions: [],
      prediction: { error: { code: 'INVALID_SMILES' } },
    });
    expect(found).toMatchObject({ features: 'INPUTS', game: 'INTERVENTIONAL', unit: 'log10(mol/L)' });
    expect(found?.background).toMatch(/^5 of \d+ training rows of esol@3, drawn with seed 1$/);
    expect(found?.attributions).toHaveLength(211);
    expect(found?.attributions[0]).toMatchObject({ name: 'clogP', unit: '1' });
    expect(Math.abs(found?.completenessGap ?? NaN)).toBeLessThan(1e-6);
  });

  it('explains a linear model exactly, by w(x − E x)', async () => {
    const background = { instances: ['C', 'CCCC', 'c1ccccc1'] };
    const [found] = await explained(app, { version: 'esol@1', instances: ['CCO'], background });
    expect(found?.method).toBe('SHAPLEY');
    const clogP = found?.attributions.find(({ name }) => name === 'clogP');
    const rows = await explained(app, { version: 'esol@1', instances: background.instances, background });
    const mean = rows.reduce((sum, { attributions }) => sum + Number(attributions[0]?.value), 0) / 3;
    expect(clogP?.attribution).toBeCloseTo(-0.63 * (Number(clogP?.value) - mean), 9);
  });

  it('explains nuclides by protons and neutrons, leaving out background rows whose mixtures do not exist', async () => {
    const [found] = await explained(app, { deployment: 'binding-energy', instances: ['Fe-56'] });
    expect(found).toMatchObject({ features: 'FIELDS', method: 'SHAPLEY', game: 'INTERVENTIONAL' });
    expect(found?.attributions.map(({ name, value }) => [name, value])).toEqual([
      ['z', 26],
      ['n', 30],
    ]);
    expect(Math.abs(found?.completenessGap ?? NaN)).toBeLessThan(1e-6);
  });

  it('agrees with chemistry on ten molecules: hydroxyl raises solubility, long alkyl lowers it', async () => {
    const instances = {
      ethanol: 'CCO',
      '1-butanol': 'CCCCO',
      '1-hexanol': 'CCCCCCO',
      '1-octanol': 'CCCCCCCCO',
      '1-decanol': 'CCCCCCCCCCO',
      phenol: 'Oc1ccccc1',
      'benzyl alcohol': 'OCc1ccccc1',
      cyclohexanol: 'OC1CCCCC1',
      'ethylene glycol': 'OCCO',
      hexane: 'CCCCCC',
    };
    const found = await explained(app, {
      deployment: 'esol',
      features: 'ATOMS',
      instances: Object.values(instances),
    });
    const sums = (symbol: string) =>
      found.map(({ attributions }) =>
        attributions
          .filter(({ value }) => value === symbol)
          .reduce((sum, { attribution }) => sum + attribution, 0),
      );
    const names = Object.keys(instances);
    const oxygen = sums('O');
    const carbon = sums('C');
    for (const [place, name] of names.entries()) {
      if (name !== 'hexane') expect([name, Math.sign(oxygen[place] ?? NaN)]).toEqual([name, 1]);
      if (/hexan|octan|decan/.test(name) && name !== 'cyclohexanol')
        expect([name, Math.sign(carbon[place] ?? NaN)]).toEqual([name, -1]);
    }
    expect(found[0]).toMatchObject({ method: 'OCCLUSION', game: 'REMOVAL', rows: 5 });
    expect(found[0]?.attributions[2]).toMatchObject({ name: 'O2', value: 'O', atoms: [2] });
  });

  it('draws atoms in their colours, with a scale and words for screen readers, and nothing else', async () => {
    const { explainPrediction: drawn } = await ask<{
      explainPrediction: { explanations: readonly { depiction: string | null }[] };
    }>(
      app,
      `mutation ($input: ExplainPredictionInput!, $theme: DepictionTheme) { explainPrediction(input: $input) {
        explanations { depiction(width: 320, height: 240, theme: $theme) } } }`,
      {
        input: { deployment: 'esol', features: 'ATOMS', instances: ['CCCCCCCCO', 'no molecule'] },
        theme: 'DARK',
      },
    );
    const [svg, none] = drawn.explanations.map(({ depiction }) => depiction);
    expect(none).toBeNull();
    expect(svg).toMatch(
      /^<svg [^>]*width="320" height="240"[^>]*role="img"><title>Structure of CCCCCCCCO<\/title><desc>/,
    );
    expect(svg).toMatch(
      /<desc>What each atom adds to log_s log10\(mol\/L\).*red raises it, blue lowers it.*O8 \+/,
    );
    expect(svg?.match(/<rect /g)?.length).toBe(21);
    expect(svg).toContain('lowers</text>');
    expect(svg).not.toMatch(/script|style=|href|url\(/);
  });

  it('runs long ones as a job whose explanations are read by its id', async () => {
    const { job, explanations } = await explainAnswer(app, {
      version: 'captum@1',
      instances: [{ x: [20, 50, 30] }, { x: [2, 10, 3] }],
      target: 'y',
      method: 'SHAPLEY',
      baseline: 0,
      asJob: true,
    });
    expect(explanations).toBeNull();
    expect(job?.kind).toBe('EXPLAIN_PREDICTION');
    const read = () =>
      ask<{
        job: { state: string; error: string | null };
        explanations: readonly { attributions: readonly { attribution: number }[] }[] | null;
      }>(
        app,
        'query ($job: ID!) { explanations(job: $job) { attributions { attribution } prediction { value } } job(id: $job) { state error } }',
        { job: job?.id },
      );
    let found = await read();
    while (!['SUCCEEDED', 'FAILED'].includes(found.job.state)) found = await read();
    expect(found.job).toEqual({ state: 'SUCCEEDED', error: null });
    expect(found.explanations?.[1]?.attributions.map(({ attribution }) => attribution)).toEqual([
      7, 32.5, 10.5,
    ]);
  });

  it.each([
    [{ target: 'z' }, 'UNKNOWN_TARGET', 'target', /no number called "z".*There are "y", "constant"/],
    [{ target: null }, 'UNKNOWN_TARGET', 'target', /answers 2 numbers: expected target to name one/],
    [{ method: 'SHAPLEY' }, 'INVALID_BACKGROUND', 'background', /carries no training data/],
    [{ background: { attachment: true } }, 'INVALID_BACKGROUND', 'background.attachment', /no training data/],
    [
      { background: { instances: [{ x: [1, 2, 3] }, { y: 1 }] } },
      'INVALID_BACKGROUND',
      'background.instances.1',
      /^Row 2 of the background: /,
    ],
    [{ baseline: { y: 1 } }, 'INVALID_BASELINE', 'baseline', /The baseline is no instance of the model/],
    [
      { baseline: 0, background: { instances: [{ x: [1, 2, 3] }] } },
      'INVALID_ARGUMENT',
      'baseline',
      /got both/,
    ],
    [{ baseline: 0, groups: [['x[0]', 'x[9]']] }, 'INVALID_ARGUMENT', 'groups.0', /got "x\[9\]"/],
    [{ features: 'ATOMS' }, 'METHOD_NOT_APPLICABLE', 'features', /hold none/],
    [{ features: 'FIELDS' }, 'METHOD_NOT_APPLICABLE', 'features', /FIELDS are the single values/],
    [
      { method: 'SHAPLEY', baseline: 0, budget: { rows: 5 } },
      'BUDGET_TOO_SMALL',
      'budget',
      /5 rows were allowed/,
    ],
    [{ instances: [] }, 'INVALID_ARGUMENT', 'instances', /instances/],
  ])('refuses %j with %s', async (input, code, field, message) => {
    const refused = await explainRefusal(app, {
      version: 'captum@1',
      instances: [{ x: [1, 2, 3] }],
      target: 'y',
      ...input,
    });
    expect(refused).toEqual({ code, field, message: expect.stringMatching(message) });
  });
});
