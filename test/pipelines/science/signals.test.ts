import { afterAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { asymmetricBaseline } from '../../../src/pipelines/spectra/baseline.js';
import { axisConversion } from '../../../src/pipelines/spectra/axis-units.js';
import { smallTokenizer } from '../../support/small-tokenizer.js';
import { pipelineOf, StepsRunner } from './through-steps.js';

const runner = new StepsRunner();
afterAll(() => runner.close());

/** A peak on a slope. */
const peak = Array.from({ length: 50 }, (_, at) => 1 + 0.02 * at + 5 * Math.exp(-(((at - 25) / 3) ** 2)));

describe('spectra and series', () => {
  const resampled = (more: object, settings: object = {}) => ({
    instance: { s: { kind: 'spectrum', xUnit: 'nm', ...settings } },
    steps: { x: { step: 'resample', of: 's', ...more } },
    of: 'x',
    shape: [-1, 3],
    unit: '1',
  });

  it('are brought to a grid, from any order and unit', async () => {
    const rows = await runner.numbers(resampled({ from: 400, to: 500, points: 3 }), [
      { x: [400, 450, 500], y: [1, 2, 4] },
      { x: [500, 400], y: [4, 1] },
      { x: [1e7 / 400, 1e7 / 500, 1e7 / 450], y: [1, 4, 2], xUnit: 'cm^-1' },
      { s: { x: [300, 600], y: [0, 3] } },
    ]);
    const expected = [
      [1, 2, 4],
      [1, 2.5, 4],
      [1, 2, 4],
      [1, 1.5, 2],
    ];
    for (const [row, { data }] of rows.entries())
      for (const [place, value] of data.entries())
        expect(value).toBeCloseTo(expected[row]?.[place] ?? NaN, 9);
    const [falling] = await runner.numbers(resampled({ from: 500, to: 400, points: 3 }), [
      { x: [400, 500], y: [0, 1] },
    ]);
    expect(falling?.data).toEqual([1, 0.5, 0]);
    const beyond = { from: 300, to: 500, points: 3 };
    const [zero] = await runner.numbers(resampled({ ...beyond, outside: 'zero' }), [
      { x: [400, 500], y: [2, 4] },
    ]);
    const [edge] = await runner.numbers(resampled({ ...beyond, outside: 'edge' }), [
      { x: [400, 500], y: [2, 4] },
    ]);
    expect([zero?.data, edge?.data]).toEqual([
      [0, 2, 4],
      [2, 2, 4],
    ]);
  });

  it.each([
    [
      { x: [400, 450], y: [1, 2] },
      /^INVALID_SPECTRUM: The spectrum reaches from 400 to 450, and the model needs 400 to 500/,
    ],
    [{ x: [400, 450], y: [1] }, /x has 2 numbers and y 1/],
    [{ x: [400], y: [1] }, /at least 2 points/],
    [{ x: [400, 400, 500], y: [1, 2, 3] }, /Two points lie at x = 400/],
    [{ x: [400, 'a'], y: [1, 2] }, /x\[1\] must be a finite number, got "a"/],
    [{ x: [0, 400], y: [1, 2], xUnit: 'eV' }, /has no place in nm/],
    [{ x: [1, 2], y: [1, 2], xUnit: 'm/z' }, /xUnit must be one of J, eV/],
    [{ x: [1, 2, 3, 4], y: [1, 2, 3, 4] }, /at most 3/],
    [{ x: [1, 2], y: [1, 2], z: 1 }, /Unknown field "z"/],
    ['400 1', /Expected \{"x"/],
    [null, /INVALID_INSTANCE/],
  ])('%j is refused', async (given, message) => {
    const [refused] = await runner.refusals(resampled({ from: 400, to: 500, points: 3 }, { maximum: 3 }), [
      given,
    ]);
    expect(refused).toMatch(message);
  });

  it('convert wavelengths, wavenumbers and energies as CODATA 2022 says', () => {
    const of = (from: string, to: string, value: number) => axisConversion(from, to)?.(value);
    expect(of('nm', 'eV', 1239.841984332)).toBeCloseTo(1, 9);
    expect(of('cm^-1', 'eV', 8065.543937349)).toBeCloseTo(1, 9);
    expect(of('um', 'cm^-1', 10)).toBeCloseTo(1000, 9);
    expect(of('Å', 'nm', 5000)).toBeCloseTo(500, 9);
    expect(of('THz', 'nm', 299.792458)).toBeCloseTo(1000, 9);
    expect([axisConversion('ppm', 'nm'), axisConversion('ppm', 'ppm')?.(3)]).toEqual([undefined, 3]);
  });

  it('lose their baseline as in pybaselines', () => {
    // pybaselines 1.2.1, Baseline.asls(y, lam=1e3, p=0.01).
    const baseline = asymmetricBaseline(peak, { smoothness: 1e3, asymmetry: 0.01, iterations: 50 });
    const expected = {
      0: 0.9446682117397932,
      10: 1.196351670490973,
      25: 1.5585859656493164,
      49: 1.9288191434076254,
    };
    for (const [at, value] of Object.entries(expected)) expect(baseline[Number(at)]).toBeCloseTo(value, 6);
  });

  it('are smoothed as in SciPy, and normalised', async () => {
    const through = (step: object) =>
      runner.numbers(
        {
          instance: { t: { kind: 'series' } },
          steps: { g: { step: 'resample', of: 't', from: 0, to: 49, points: 50 }, x: { of: 'g', ...step } },
          of: 'x',
          shape: [-1, 50],
          unit: '1',
        },
        [peak, { times: peak.map((_, at) => at), values: peak }],
      );
    const [smoothed, timed] = await through({ step: 'smooth', window: 9, degree: 3 });
    // scipy.signal.savgol_filter(y, 9, 3).
    for (const [at, value] of Object.entries({ 4: 1.08, 25: 6.02070955885787 }))
      expect(smoothed?.data[Number(at)]).toBeCloseTo(value, 9);
    expect(timed?.data).toEqual(smoothed?.data);
    const [slope] = await through({ step: 'smooth', window: 9, degree: 3, derivative: 1 });
    expect(slope?.data[30]).toBeCloseTo(-0.4140951601446164, 9);
    const largest = Math.max(...peak);
    const [byMax] = await through({ step: 'normalize', by: 'max' });
    expect(byMax?.data).toEqual(peak.map((value) => value / largest));
    const [snv] = await through({ step: 'normalize', by: 'snv' });
    const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
    expect(sum(snv?.data ?? [])).toBeCloseTo(0, 9);
    expect(sum((snv?.data ?? []).map((value) => value * value))).toBeCloseTo(49, 9);
    const [flat] = await through({ step: 'baseline', smoothness: 1e3 });
    expect(flat?.data[5]).toBeCloseTo(0, 1);
  });

  it('that nothing can be made of are refused alone', async () => {
    const rows = await runner.run(
      {
        instance: { t: { kind: 'series' } },
        steps: {
          g: { step: 'resample', of: 't', from: 0, to: 1, points: 2 },
          x: { step: 'normalize', of: 'g', by: 'range' },
        },
        of: 'x',
        shape: [-1, 2],
      },
      [[1, 2], [3, 3], [5], 'a', [2, 1]],
    );
    expect(rows.map((row) => ('code' in row ? row.message : row.data))).toEqual([
      [0, 1],
      expect.stringMatching(/All values are the same/),
      expect.stringMatching(/at least 2 values/),
      expect.stringMatching(/Expected a list of numbers/),
      [1, 0],
    ]);
  });
});

describe('images', () => {
  const declared = (more: object = {}, shape: readonly number[] = [-1, 3, 2, 2]) => ({
    instance: { picture: { kind: 'image' } },
    steps: { x: { step: 'pixels', of: 'picture', width: 2, height: 2, ...more } },
    of: 'x',
    shape,
    datatype: 'FP32' as const,
    unit: '1',
  });
  const png = async (
    width: number,
    height: number,
    background: { r: number; g: number; b: number; alpha: number },
  ) =>
    (
      await sharp({ create: { width, height, channels: 4, background } })
        .png()
        .toBuffer()
    ).toString('base64');

  it('become numbers of each channel, scaled', async () => {
    const red = await png(7, 3, { r: 255, g: 0, b: 51, alpha: 1 });
    const [row, same, bare] = await runner.numbers(declared(), [
      `data:image/png;base64,${red}`,
      { base64: red },
      red,
    ]);
    const expected = [1, 1, 1, 1, 0, 0, 0, 0, 0.2, 0.2, 0.2, 0.2].map(Math.fround);
    expect(row).toMatchObject({ shape: [3, 2, 2], data: expected });
    expect([same?.data, bare?.data]).toEqual([expected, expected]);
    const [last] = await runner.numbers(
      declared({ layout: 'HWC', mean: [0.5], deviation: [0.5] }, [-1, 2, 2, 3]),
      [red],
    );
    expect(last?.data.slice(0, 3)).toEqual(
      [1, -1, Math.fround((Math.fround(0.2) - 0.5) / 0.5)].map((value) => expect.closeTo(value, 6)),
    );
    const [clear] = await runner.numbers(declared({ channels: 'grey', divisor: 1 }, [-1, 1, 2, 2]), [
      await png(2, 2, { r: 0, g: 0, b: 0, alpha: 0 }),
    ]);
    expect(clear?.data).toEqual([255, 255, 255, 255]);
  });

  it('of every format are read', async () => {
    const source = sharp({ create: { width: 9, height: 9, channels: 3, background: '#336699' } });
    const files = await Promise.all(
      [
        source.clone().jpeg(),
        source.clone().webp({ lossless: true }),
        source.clone().gif(),
        source.clone().tiff(),
      ].map(async (format) => (await format.toBuffer()).toString('base64')),
    );
    for (const { data } of await runner.numbers(declared({ divisor: 1 }), files))
      for (const [place, value] of [0x33, 0x66, 0x99].entries())
        expect(Math.abs((data[place * 4] ?? NaN) - value)).toBeLessThan(4);
  });

  it('that are none, or are too large, are refused alone', async () => {
    const bomb = await png(3000, 3000, { r: 0, g: 0, b: 0, alpha: 1 });
    const good = await png(2, 2, { r: 0, g: 0, b: 0, alpha: 1 });
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>').toString(
      'base64',
    );
    const rows = await runner.run(declared({ maximumPixels: 1_000_000 }), [
      good,
      bomb,
      svg,
      Buffer.from(good, 'base64').subarray(0, 60).toString('base64'),
      'data:image/png,abc',
      'no base64 at all!',
      '',
      7,
      { url: 'https://example.org/a.png' },
      good,
    ]);
    expect(rows.map((row) => ('code' in row ? `${row.code}: ${row.message}` : row.data.length))).toEqual([
      12,
      expect.stringMatching(/^INVALID_IMAGE: .*more than 1000000 pixels/),
      expect.stringMatching(/^INVALID_IMAGE: The 62 bytes that came are no picture of a known format/),
      expect.stringMatching(/^INVALID_IMAGE: The picture cannot be decoded/),
      expect.stringMatching(/is not base64/),
      expect.stringMatching(/is not base64/),
      expect.stringMatching(/is not base64/),
      expect.stringMatching(/^INVALID_INSTANCE/),
      expect.stringMatching(/Unknown field "url"/),
      12,
    ]);
  });
});

describe('texts', () => {
  const vocabulary = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'water', 'is', 'wet', '##ter'];
  const tokenizer = smallTokenizer(vocabulary);
  const declared = (more: object = {}) => ({
    instance: { t: { kind: 'text' } },
    steps: { x: { step: 'tokenize', of: 't', part: 'ids', tokenizer, length: 6, ...more } },
    of: 'x',
    shape: [-1, 6],
    datatype: 'INT64' as const,
  });

  it('become ids and a mask, filled up or cut', async () => {
    const rows = await runner.numbers(declared(), ['Water is wet', 'dry']);
    expect(rows.map(({ data }) => data)).toEqual([
      [2, 4, 5, 6, 3, 0],
      [2, 1, 3, 0, 0, 0],
    ]);
    const [mask] = await runner.numbers(declared({ part: 'mask' }), ['Water']);
    expect(mask?.data).toEqual([1, 1, 1, 0, 0, 0]);
    const long = 'water is wet is wet is wet';
    const [cut] = await runner.numbers(declared({ cut: true }), [long]);
    expect(cut?.data).toEqual([2, 4, 5, 6, 5, 3]);
    expect(await runner.refusals(declared({ maximum: 30 }), [long, 'a'.repeat(31)])).toEqual([
      expect.stringMatching(/more than the 6 tokens/),
      expect.stringMatching(/31 characters: expected at most 30/),
    ]);
  });

  it('that a pattern of the tokenizer never ends on are refused after a second', async () => {
    const endless = {
      ...tokenizer,
      pre_tokenizer: { type: 'Split', pattern: { Regex: '^(a+)+$' }, behavior: 'Isolated', invert: false },
    };
    const rows = await runner.run(declared({ tokenizer: endless }), [`${'a'.repeat(60)}!`, 'water']);
    expect(rows.map((row) => ('code' in row ? row.message : row.data.slice(0, 3)))).toEqual([
      expect.stringMatching(/took more than 1000 ms/),
      [2, 4, 3],
    ]);
  });

  it('need a tokenizer that is one', () => {
    expect(() => pipelineOf(declared({ tokenizer: { model: 5 } }))).toThrow(
      /is no tokenizer that can be read/,
    );
    expect(() => pipelineOf(declared({ padding: '<pad>' }))).toThrow(/no token "<pad>"/);
  });
});
