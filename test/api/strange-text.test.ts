import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';

const PREDICT = `mutation ($input: PredictInput!) {
  predict(input: $input) {
    predictions { value warnings { code message } error { code message } }
    userErrors { field code message } } }`;

interface Answer {
  readonly predictions: readonly {
    readonly value: number | null;
    readonly warnings: readonly { code: string; message: string }[];
    readonly error: { code: string; message: string } | null;
  }[];
}

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ kind: 'embedded', examples: true });
});
afterAll(() => app.close());

const predict = async (version: string, instances: readonly unknown[]) =>
  (await succeed<Answer>(app, PREDICT, { input: { version, instances } })).predictions;

describe('text that only looks right', () => {
  it.each([
    ['CCО', 'character 3 is U+041E CYRILLIC CAPITAL LETTER O, which only looks like "O"'],
    [{ smiles: 'CCO\u00a0' }, 'character 4 is U+00A0 NO-BREAK SPACE, which only looks like a space'],
    ['\u200bCCO', 'character 1 is U+200B ZERO WIDTH SPACE, which cannot be seen'],
    ['CC１', 'character 3 is U+FF11 FULLWIDTH DIGIT ONE, which only looks like "1"'],
    ['CCO ethanol', 'character 4 is a space; send one molecule for each instance, without a name behind it'],
    ['C\u0000CO', 'character 2 is U+0000 NULL'],
  ])('a SMILES of %j is refused by name, and never read in part', async (instance, says) => {
    const [strange, ethanol] = await predict('esol', [instance, ' CCO\n']);
    expect(strange).toMatchObject({
      value: null,
      error: { code: 'INVALID_SMILES', message: expect.stringContaining(says) },
    });
    expect(ethanol?.value).toBeCloseTo(1.096, 2);
  });

  it.each([
    [
      { z: '２６', n: 30 },
      'got "２６" (character 1 is U+FF12 FULLWIDTH DIGIT TWO, which only looks like "2"); write 26',
    ],
    [{ z: '26', n: 30 }, 'got "26"; write 26'],
    [{ z: 26, n: '1 000' }, 'got "1 000"; write 1000'],
    [{ z: 26, n: '30,0' }, 'got "30,0"; write 30'],
    [{ z: 26, n: '−1' }, 'U+2212 MINUS SIGN, which only looks like "-"); write -1'],
    ['Fe‑56', 'character 3 is U+2011 NON-BREAKING HYPHEN, which only looks like "-"'],
    ['Fe-56\u00a0', 'character 6 is U+00A0 NO-BREAK SPACE'],
    [{ symbol: '\u212a', a: 40 }, 'character 1 is U+212A KELVIN SIGN, which only looks like "K"'],
    [{ z: 26, ｎ: 30 }, 'character 1 is U+FF4E FULLWIDTH LATIN SMALL LETTER N'],
  ])('a nuclide of %j is refused, saying what to write', async (instance, says) => {
    const [strange, iron] = await predict('binding-energy', [instance, 'Fe-56']);
    expect(strange).toMatchObject({ value: null, error: { message: expect.stringContaining(says) } });
    expect(iron?.value).toBeCloseTo(492.213, 3);
  });

  it.each(['еsol', 'esol@１', 'esol@prоduction', 'esol\u200b'])(
    'a reference %j is refused by name',
    async (version) => {
      const { message } = await refusal(app, PREDICT, { input: { version, instances: ['CCO'] } });
      expect(message).toMatch(
        /\(character \d is U\+(?:0435 CYRILLIC|FF11 FULLWIDTH|043E CYRILLIC|200B ZERO)/,
      );
    },
  );
});

describe('a string of SELFIES', () => {
  it('is refused where it has tokens that are no atoms', async () => {
    const [prediction] = await predict('esol', ['[C][C][Branch1][C][O][C]']);
    expect(prediction?.error).toEqual({
      code: 'INVALID_SMILES',
      message: expect.stringContaining('"[Branch1]" at character 7 is no atom; this looks like SELFIES'),
    });
  });

  it('is answered with a warning where it happens to be a SMILES of bare atoms', async () => {
    const [bare, salt, monoxide] = await predict('esol', ['[C][C][O]', '[Na+].[Cl-]', '[C-]#[O+]']);
    expect(bare).toMatchObject({ value: expect.any(Number), error: null });
    expect(bare?.warnings).toContainEqual({
      code: 'BARE_ATOMS',
      message: expect.stringContaining('if this is SELFIES, decode it to SMILES first'),
    });
    for (const plain of [salt, monoxide])
      expect(plain?.warnings.map(({ code }) => code)).not.toContain('BARE_ATOMS');
  });
});

describe('null among instances', () => {
  it.each([
    [
      'esol',
      'CCO',
      1.096,
      'Expected a SMILES string such as "CCO", {"smiles": "CCO"}, or {"molblock": "…"}',
    ],
    ['binding-energy', 'Fe-56', 492.213, 'Expected a nuclide such as'],
    [
      'lennard-jones',
      {
        positions: [
          [0, 0, 0],
          [0, 0, 1],
        ],
      },
      0,
      'Expected {"positions": [[x, y, z], …]',
    ],
  ])('is the error of its own row: %s', async (version, instance, value, says) => {
    const predictions = await predict(version, [null, instance, null]);
    expect(predictions.map(({ error }) => error?.code)).toEqual([
      'INVALID_INSTANCE',
      undefined,
      'INVALID_INSTANCE',
    ]);
    expect(predictions[0]?.error?.message).toContain(says);
    expect(predictions[1]?.value).toBeCloseTo(value, 2);
  });

  it('is written into a document as well, and asked of both sides of a comparison', async () => {
    const inline = await succeed<Answer>(
      app,
      `mutation { predict(input: {version: "esol", instances: [null, "CCO"]}) {
        predictions { value warnings { code message } error { code message } } userErrors { code message field } } }`,
    );
    expect(inline.predictions.map(({ value }) => value !== null)).toEqual([false, true]);
    const { compareVersions } = await ask<{
      compareVersions: { outputs: { sample: { rows: number }; outputs: readonly unknown[] } };
    }>(
      app,
      `query ($instances: [JSON]!) { compareVersions(base: "esol@1", target: "esol@2") {
        outputs(sample: {instances: $instances}) { sample { rows } outputs { name } } } }`,
      { instances: ['CCO', null] },
    );
    expect(compareVersions.outputs.sample.rows).toBe(2);
  });
});
