import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { ask, onlyError } from './support/ask.js';

const ASPIRIN = 'CC(=O)Oc1ccccc1C(=O)O';
const DRAW = `query ($molecule: String!, $width: Int, $height: Int, $highlight: [Int!], $theme: DepictionTheme) {
  depiction(molecule: $molecule, width: $width, height: $height, highlight: $highlight, theme: $theme) }`;
const PREDICT = `mutation ($input: PredictInput!, $highlight: [Int!]) {
  predict(input: $input) {
    predictions { value depiction(width: 120, height: 90, highlight: $highlight) error { code } } userErrors { message } } }`;

interface Predictions {
  readonly predict: {
    readonly predictions: readonly { value: number; depiction: string | null; error: unknown }[];
  };
}

describe.each(anyDatabaseKind)('pictures of molecules, %s database', (kind) => {
  let app: TestApp;
  const lines: string[] = [];
  beforeAll(async () => {
    app = await startTestApp({
      kind,
      examples: true,
      logger: pino({ level: 'debug' }, { write: (line) => void lines.push(line) }),
    });
  });
  afterAll(() => app.close());

  const draw = async (molecule: string, options: Record<string, unknown> = {}) =>
    (await ask<{ depiction: string }>(app, DRAW, { molecule, ...options })).depiction;
  const refused = async (molecule: string, options: Record<string, unknown> = {}) => {
    const answer = await app.graphql(DRAW, { molecule, ...options });
    expect(answer.data).toEqual({ depiction: null });
    return onlyError(answer);
  };
  const pathsOf = (svg: string) => svg.match(/<path /g)?.length ?? 0;

  it('draws aspirin: thirteen bonds, three double and a ring, three oxygens, and a title', async () => {
    const svg = await draw(ASPIRIN);
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="300" height="200" viewBox="0 0 300 200" role="img">/,
    );
    expect(svg).toContain(`<title>Structure of ${ASPIRIN}</title>`);
    expect(svg).toMatch(/<\/svg>$/);
    expect(pathsOf(svg)).toBeGreaterThan(18);
    expect(svg.match(/#FF0000/g)?.length).toBeGreaterThanOrEqual(4);
    // Transparent: no rectangle behind it.
    expect(svg).not.toContain('<rect');
  });

  it('is drawn as large as it should be, light on dark where asked, and the same again', async () => {
    const dark = await draw(ASPIRIN, { width: 640, height: 480, theme: 'DARK' });
    expect(dark).toContain('viewBox="0 0 640 480"');
    expect(dark).not.toContain('#000000');
    expect(await draw(ASPIRIN, { width: 640, height: 480, theme: 'DARK' })).toBe(dark);
    expect(await draw(ASPIRIN, { width: null, height: null, theme: null })).toBe(await draw(ASPIRIN));
  });

  it('points out atoms, and names one that there is not', async () => {
    const plain = await draw(ASPIRIN);
    const marked = await draw(ASPIRIN, { highlight: [0, 12, 12] });
    expect(marked.length).toBeGreaterThan(plain.length);
    expect(marked.match(/<ellipse|<circle/g)).toHaveLength(2);
    expect(await refused(ASPIRIN, { highlight: [3, 13] })).toEqual({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/^highlight names atom 13: .* has the atoms 0 to 12/),
    });
    expect(await refused(ASPIRIN, { highlight: [-1] })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('atoms are numbered from 0'),
    });
  });

  it('draws the text of a MOL file', async () => {
    const water = [
      'water',
      '',
      '',
      '  1  0  0  0  0  0  0  0  0  0999 V2000',
      '    0.0000    0.0000    0.0000 O   0  0',
      'M  END',
    ];
    expect(await draw(water.join('\n'))).toContain('<title>Structure of the MOL file "water"</title>');
    expect(await refused(water.toSpliced(4, 1).join('\n'))).toMatchObject({ code: 'INVALID_MOLBLOCK' });
  });

  it.each([
    { molecule: 'C1CC', code: 'INVALID_SMILES', message: /"C1CC" is not a SMILES string/ },
    { molecule: '', code: 'INVALID_SMILES', message: /The SMILES is empty: expected a SMILES string/ },
    { molecule: '<script>alert(1)</script>', code: 'INVALID_SMILES', message: /is not a SMILES string/ },
    { molecule: '"><svg onload=alert(1)>', code: 'INVALID_SMILES', message: /is not a SMILES string/ },
    { molecule: 'С', code: 'INVALID_SMILES', message: /CYRILLIC CAPITAL LETTER ES/ },
    { molecule: '*C', code: 'INVALID_SMILES', message: /wildcard/ },
    {
      molecule: 'C'.repeat(2_001),
      code: 'INVALID_SMILES',
      message: /2001 characters: expected at most 2000/,
    },
    {
      molecule: 'C'.repeat(401),
      code: 'MOLECULE_TOO_COMPLEX',
      message: /has 401 atoms: expected at most 400/,
    },
    {
      molecule: `${'C('.repeat(201)}C${')'.repeat(201)}`,
      code: 'MOLECULE_TOO_COMPLEX',
      message: /expected at most 200/,
    },
  ])('says why it cannot draw $molecule.length characters: $code', async ({ molecule, code, message }) => {
    expect(await refused(molecule)).toEqual({ code, message: expect.stringMatching(message) });
    expect(await draw('O')).toContain('<title>Structure of O</title>');
  });

  it.each([
    { options: { width: 49 }, message: /Expected a width of 50 to 2000 pixels, got 49/ },
    { options: { height: 2_001 }, message: /Expected a height of 50 to 2000 pixels, got 2001/ },
  ])('refuses $options', async ({ options, message }) => {
    expect(await refused('CCO', options)).toEqual({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(message),
    });
  });

  it('draws 400 atoms, and cages', async () => {
    expect(pathsOf(await draw('C'.repeat(400)))).toBeGreaterThan(300);
    expect(pathsOf(await draw('C12C3C4C1C5C2C3C45'))).toBeGreaterThanOrEqual(12);
  });

  it('gives each prediction its picture', async () => {
    const input = { version: 'esol', instances: ['CCO', { smiles: ASPIRIN }, 'C1CC', null] };
    const { predict } = await ask<Predictions>(app, PREDICT, { input });
    const [ethanol, aspirin, broken, nothing] = predict.predictions;
    expect(ethanol?.depiction).toContain('<title>Structure of CCO</title>');
    expect(aspirin?.value).toBeCloseTo(-1.898, 2);
    expect(aspirin?.depiction).toContain('width="120" height="90"');
    expect(broken).toEqual({ value: null, depiction: null, error: { code: 'INVALID_SMILES' } });
    expect(nothing?.depiction).toBeNull();
  });

  it('has no picture of a nucleus', async () => {
    const input = { version: 'binding-energy', instances: [{ z: 26, n: 30 }] };
    const { predict } = await ask<Predictions>(app, PREDICT, { input });
    expect(predict.predictions[0]).toMatchObject({ value: expect.closeTo(492.213, 3), depiction: null });
  });

  it('fails the picture alone where an atom is not there', async () => {
    const input = { version: 'esol', instances: ['CCO', ASPIRIN] };
    const answer = await app.graphql(PREDICT, { input, highlight: [3] });
    expect((answer.data as Predictions).predict.predictions).toEqual([
      { value: expect.closeTo(1.096, 2), depiction: null, error: null },
      { value: expect.closeTo(-1.898, 2), depiction: expect.stringContaining('<svg'), error: null },
    ]);
    expect(onlyError(answer)).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('draws at most 100 pictures a request', async () => {
    const input = { version: 'esol', instances: Array.from({ length: 101 }, () => 'CCO') };
    const answer = await app.graphql(PREDICT, { input });
    const { predictions } = (answer.data as Predictions).predict;
    expect(predictions.filter(({ depiction }) => depiction !== null)).toHaveLength(100);
    expect(onlyError(answer)).toEqual({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('at most 100 pictures in one request'),
    });
  });

  it('takes it for no failure of its own when the caller leaves', async () => {
    const fields = Array.from(
      { length: 8 },
      (_, index) => `p${index}: depiction(molecule: "${'C'.repeat(100 + index)}")`,
    );
    const leave = async () => {
      const left = new AbortController();
      const answer = fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `query Left { ${fields.join(' ')} }` }),
        signal: left.signal,
      });
      // By then the first request has been read.
      await ask(app, '{ __typename }');
      left.abort();
      await answer.catch(() => undefined);
    };
    await until(async () => {
      await leave();
      return lines.some((line) => line.includes('"operation":"Left"') && line.includes('DEADLINE_EXCEEDED'));
    });
    expect(lines.filter((line) => line.includes('unexpectedly'))).toEqual([]);
  });
});
