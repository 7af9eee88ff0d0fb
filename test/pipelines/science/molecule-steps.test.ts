import { afterAll, describe, expect, it } from '@jest/globals';
import { pipelineOf, StepsRunner } from './through-steps.js';

const runner = new StepsRunner();
afterAll(() => runner.close());

const graph = (
  part: string,
  shape: readonly number[],
  more: object = {},
  datatype: 'FP32' | 'INT64' = 'FP32',
) => ({
  instance: { m: { kind: 'molecule' } },
  steps: { x: { step: 'molecular-graph', of: 'm', part, ...more } },
  of: 'x',
  shape,
  datatype,
});

/** Formaldehyde, with the places of its hydrogens. */
const FORMALDEHYDE = `formaldehyde
  by hand

  4  3  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0
    0.0000    0.0000    1.2078 O   0  0  0  0  0  0  0  0  0  0  0  0
    0.0000    0.9400   -0.5870 H   0  0  0  0  0  0  0  0  0  0  0  0
    0.0000   -0.9400   -0.5870 H   0  0  0  0  0  0  0  0  0  0  0  0
  1  2  2  0
  1  3  1  0
  1  4  1  0
M  END
`;

describe('graphs of molecules', () => {
  it('have tensors of the size of each molecule', async () => {
    const elements = await runner.numbers(
      graph('atoms', [-1, 5], { features: ['atomicNumber', 'hydrogens'], elements: ['C', 'O'] }),
      ['CCO', 'CN'],
    );
    expect(elements).toMatchObject([
      { shape: [3, 5], data: [6, 3, 1, 0, 0, 6, 2, 1, 0, 0, 8, 1, 0, 1, 0] },
      { shape: [2, 5], data: [6, 3, 1, 0, 0, 7, 2, 0, 0, 1] },
    ]);
    const [edges] = await runner.numbers(graph('edges', [2, -1], {}, 'INT64'), ['C=CO']);
    expect(edges).toMatchObject({ shape: [2, 4], data: [0, 1, 1, 2, 1, 0, 2, 1] });
    const [bonds] = await runner.numbers(graph('bonds', [-1, 1], { features: ['order'] }), ['C=CO']);
    expect(bonds).toMatchObject({ shape: [4, 1], data: [2, 2, 1, 1] });
    const [alone] = await runner.numbers(graph('edges', [2, -1], {}, 'INT64'), ['C']);
    expect(alone).toMatchObject({ shape: [2, 0], data: [] });
    const [hydrogens] = await runner.numbers(
      graph('atoms', [-1, 1], { features: ['atomicNumber'], hydrogens: 'explicit' }),
      ['CO'],
    );
    expect(hydrogens?.data).toEqual([6, 8, 1, 1, 1, 1]);
  });

  it('have places where the molecule was given in space', async () => {
    const rows = await runner.run(graph('coordinates', [-1, 3], { hydrogens: 'explicit' }), [
      { molblock: FORMALDEHYDE },
      'C=O',
      {
        molblock: FORMALDEHYDE.replace(/^.* H .*\n/gm, '')
          .replace('  4  3', '  2  1')
          .replace(/ {2}1 {2}[34] {2}1 {2}0\n/g, ''),
      },
    ]);
    expect(rows).toMatchObject([
      { shape: [4, 3], data: [0, 0, 0, 0, 0, 1.2078, 0, 0.94, -0.587, 0, -0.94, -0.587].map(Math.fround) },
      { code: 'INVALID_MOLBLOCK', message: expect.stringMatching(/needs the places of all atoms/) },
      { code: 'INVALID_MOLBLOCK' },
    ]);
    const [heavy] = await runner.numbers(graph('coordinates', [-1, 3]), [{ molblock: FORMALDEHYDE }]);
    expect(heavy).toMatchObject({ shape: [2, 3], data: [0, 0, 0, 0, 0, Math.fround(1.2078)] });
  });

  it.each([
    [{ part: 'edges', elements: ['C'] }, /only "atoms" have elements/],
    [{ part: 'coordinates', features: ['order'] }, /only "atoms" and "bonds" have features/],
    [{ part: 'atoms', features: ['order'] }, /expected one of atomicNumber/],
    [{ part: 'atoms', elements: ['Xx'] }, /"Xx" is no element/],
  ])('that are declared as %j are refused', (more, message) => {
    expect(() => pipelineOf(graph('atoms', [-1, -1], more))).toThrow(message);
  });
});

describe('alerts', () => {
  it('are columns, and warnings where the field asks for them', async () => {
    const declared = {
      instance: { m: { kind: 'molecule', alerts: ['pains', 'brenk'] } },
      steps: { x: { step: 'structural-alerts', of: 'm', sets: ['brenk', 'pains-a', 'pains'] } },
      of: 'x',
      shape: [-1, 3],
    };
    const [rhodanine, ethanol, chloride] = await runner.numbers(declared, [
      'O=C1NC(=S)SC1=Cc1ccccc1',
      'CCO',
      'CC(=O)Cl',
    ]);
    expect(rhodanine?.data[2]).toBeGreaterThan(0);
    expect(rhodanine?.warnings.join('\n')).toMatch(
      /STRUCTURAL_ALERT: "O=C1NC.* PAINS \(Baell and Holloway 2010\) warns of: .*rhod/,
    );
    expect(ethanol).toMatchObject({ data: [0, 0, 0], warnings: [] });
    expect(chloride?.warnings.join()).toMatch(/Brenk \(2008\) warns of: .*acid_halide/);
    const [flag] = await runner.numbers(
      {
        ...declared,
        steps: { x: { step: 'structural-alerts', of: 'm', sets: ['brenk'], as: 'flag' } },
        shape: [-1, 1],
      },
      ['CC(=O)Cl'],
    );
    expect(flag?.data).toEqual([1]);
  });
});

describe('standardising', () => {
  it('comes before everything that is computed', async () => {
    const weights = (settings: object) => ({
      instance: { m: { kind: 'molecule', ...settings } },
      steps: { x: { step: 'descriptors', of: 'm', names: ['NumHeavyAtoms', 'NumHBD'] } },
      of: 'x',
      shape: [-1, 2],
    });
    const acetate = 'CC(=O)[O-].[Na+]';
    const [asIs] = await runner.numbers(weights({}), [acetate]);
    expect(asIs?.data).toEqual([5, 0]);
    const [standard] = await runner.numbers(weights({ standardize: ['largest-fragment', 'neutralize'] }), [
      acetate,
    ]);
    expect(standard?.data).toEqual([4, 1]);
    expect(standard?.warnings.join()).toMatch(/reads the largest of them alone/);
  });
});

describe('what is beside plain SMILES', () => {
  const radicals = {
    instance: { m: { kind: 'molecule' } },
    steps: {
      x: { step: 'molecular-graph', of: 'm', part: 'atoms', features: ['radicalElectrons', 'hydrogens'] },
    },
    of: 'x',
    shape: [-1, 2],
    datatype: 'FP32' as const,
  };

  it('is read: extensions of one whole molecule', async () => {
    const rows = await runner.numbers(radicals, [
      '[CH2]C |^1:0|',
      'CC |$first;second$,(0,0,;1.5,0,)|',
      'C[C@H](O)F |&1:1|',
      'CC |atomProp:0.note.yes|',
      'CC ||',
    ]);
    expect(rows.map(({ data }) => data)).toEqual([
      [1, 2, 0, 3],
      [0, 3, 0, 3],
      [0, 3, 0, 1, 0, 1, 0, 0],
      [0, 3, 0, 3],
      [0, 3, 0, 3],
    ]);
  });

  it.each([
    ['InChI=1S/CH4/h1H4', /is an InChI, which RDKit's JavaScript build writes but does not read/],
    ['VNWKTOKETHGBQD-UHFFFAOYSA-N', /is an InChIKey/],
    ['CC |Sg:n:0,1::ht|', /CXSMILES extension "Sg:n.*repeating unit/],
    ['CC |LN:0:1.3|', /a link that repeats/],
    ['CC |m:0:1.2|', /a bond whose place varies/],
    ['CC |$;_R1$|', /attachment point/],
    ['CC |nonsense|', /"nonsense" is not read here/],
    ['CC |^1:0,Sg:n:0|', /Sg:n/],
    ['CC |^1:99|', /names an atom beyond its 2/],
    ['CC |^1:0', /space/],
    ['CC ethane', /space/],
    ['|^1:0|', /character 1/],
  ])('%s is refused by its name', async (given, message) => {
    const [refused] = await runner.refusals(radicals, [given]);
    expect(refused).toMatch(message);
  });
});
