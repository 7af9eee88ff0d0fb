import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseFormula } from '../../../src/pipelines/materials/composition.js';
import {
  ELEMENT_PROPERTY_NAMES,
  elementProperty,
} from '../../../src/pipelines/materials/element-properties.js';
import { neighbours } from '../../../src/pipelines/materials/structures/neighbours.js';
import { readStructure } from '../../../src/pipelines/materials/structures/read-structure.js';
import { PERIODIC } from '../../../src/pipelines/materials/structures/structure.js';
import { ELEMENT_SYMBOLS } from '../../../src/pipelines/instances/chemical-elements.js';
import { StepsRunner } from './through-steps.js';

const runner = new StepsRunner();
afterAll(() => runner.close());

const composition = { f: { kind: 'composition' } };
const structure = { s: { kind: 'structure' } };

/** Amounts by symbol. */
function amounts(formula: string): Record<string, number> | string {
  const read = parseFormula(formula);
  if ('fault' in read) return read.fault;
  return Object.fromEntries([...read].map(([z, amount]) => [ELEMENT_SYMBOLS[z - 1] ?? '', amount]));
}

describe('a formula', () => {
  it.each([
    ['Fe2O3', { Fe: 2, O: 3 }],
    ['Ca(OH)2', { Ca: 1, O: 2, H: 2 }],
    ['CuSO4·5H2O', { Cu: 1, S: 1, O: 9, H: 10 }],
    ['CuSO4*5H2O', { Cu: 1, S: 1, O: 9, H: 10 }],
    ['NaCl.2H2O', { Na: 1, Cl: 1, H: 4, O: 2 }],
    ['La1.85Sr0.15CuO4', { La: 1.85, Sr: 0.15, Cu: 1, O: 4 }],
    ['K4[Fe(CN)6]', { K: 4, Fe: 1, C: 6, N: 6 }],
    ['Al₂(SO₄)₃', { Al: 2, S: 3, O: 12 }],
    ['CO', { C: 1, O: 1 }],
    ['Co', { Co: 1 }],
    [' HOH ', { H: 2, O: 1 }],
  ])('%s is read', (formula, expected) => expect(amounts(formula)).toEqual(expected));

  it.each([
    ['', /empty/],
    ['fe2o3', /character 1 is "f", and an element starts with a capital letter/],
    ['CuSO4.5H2O', /may mean a hydrate or a decimal; write CuSO4·5H2O/],
    ['Fe.5Ni.5', /a dot that is neither/],
    ['D2O', /isotope of hydrogen/],
    ['Xx2', /"Xx" at character 1 is no element/],
    ['Fe3+', /charges/],
    ['YBa2Cu3O7-x', /variable amounts/],
    ['Ca(OH', /never closed/],
    ['CaOH)2', /closes nothing/],
    ['Ca()2', /holds nothing/],
    ['Fe0O3', /not above 0/],
    ['Fe9999999', /at most 1000000/],
    ['CuSO4··H2O', /nothing stands/],
    ['2', /nothing stands/],
    [`${'('.repeat(50)}H${')'.repeat(50)}`, /nested more than 10 deep/],
    ['H'.repeat(501), /501 characters/],
    ['FeО3', /CYRILLIC/],
  ])('%j is refused', (formula, fault) => expect(amounts(formula)).toMatch(fault));

  it('of any text is read or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('FeOCa()[]·.0123459 +-Xy')) }), (text) => {
        const read = parseFormula(text);
        if ('fault' in read) expect(read.fault).not.toBe('');
        else for (const amount of read.values()) expect(amount).toBeGreaterThan(0);
      }),
    );
  });
});

describe('elements', () => {
  it('have the properties of the tables', () => {
    const iron = (name: (typeof ELEMENT_PROPERTY_NAMES)[number]) => elementProperty(26, name);
    expect(ELEMENT_PROPERTY_NAMES.map(iron)).toEqual([26, 55.845, 4, 8, 1.83, 142, 204, 7.902468, 8, 62]);
    expect(elementProperty(2, 'electronegativity')).toBeNaN();
    expect(elementProperty(118, 'atomicMass')).toBe(294);
    // Every line of the table stands where its symbol does.
    for (let z = 1; z <= 118; z++) expect(elementProperty(z, 'atomicMass')).toBeGreaterThan(z * 0.99);
  });

  it('are read in each of their forms', async () => {
    const declared = {
      instance: { e: { kind: 'element' } },
      steps: {
        p: { step: 'element-properties', of: 'e', properties: ['atomicNumber', 'electronegativity'] },
      },
      of: 'p',
      shape: [-1, 2],
    };
    const rows = await runner.numbers(declared, ['O', 8, { symbol: 'O' }, { e: { z: 8 } }]);
    expect(rows.map(({ data }) => data)).toEqual(Array(4).fill([8, 3.44]));
    expect(await runner.refusals(declared, ['Oxygen', 0, 119, { symbol: 8 }, null, 'He'])).toEqual([
      expect.stringMatching(/^INVALID_COMPOSITION: Expected an element .*got "Oxygen"/),
      expect.stringMatching(/got 0/),
      expect.stringMatching(/got 119/),
      expect.stringMatching(/INVALID_COMPOSITION/),
      expect.stringMatching(/INVALID_COMPOSITION/),
      expect.stringMatching(/He has no tabulated electronegativity/),
    ]);
  });
});

describe('compositions', () => {
  it('become fractions and statistics', async () => {
    const [fractions] = await runner.numbers(
      {
        instance: composition,
        steps: { x: { step: 'composition-fractions', of: 'f', elements: ['O', 'Fe', 'H'] } },
        of: 'x',
        shape: [-1, 3],
      },
      ['Fe2O3'],
    );
    expect(fractions?.data).toEqual([0.6, 0.4, 0]);
    const statistics = {
      instance: composition,
      steps: { x: { step: 'composition-statistics', of: 'f', properties: ['electronegativity'] } },
      of: 'x',
      shape: [-1, 6],
    };
    const [row, same] = await runner.numbers(statistics, ['Fe2O3', { Fe: 4, O: 6 }]);
    // By hand: mean 0.4·1.83 + 0.6·3.44; deviation √(0.4·0.6)·1.61; average deviation 2·0.4·0.6·1.61.
    const expected = [2.796, Math.sqrt(0.24) * 1.61, 0.48 * 1.61, 1.83, 3.44, 1.61];
    for (const [place, value] of expected.entries()) expect(row?.data[place]).toBeCloseTo(value, 12);
    expect(same?.data).toEqual(row?.data);
    expect(await runner.refusals(statistics, ['HeH', 5, { f: {} }, { Fe: '2' }, { fe: 2 }])).toEqual([
      expect.stringMatching(/He has no tabulated electronegativity/),
      expect.stringMatching(/got 5/),
      expect.stringMatching(/names no element/),
      expect.stringMatching(/must be a number/),
      expect.stringMatching(/"fe" is no element/),
    ]);
  });

  it('with an element that the model does not know are refused alone', async () => {
    const rows = await runner.run(
      {
        instance: composition,
        steps: { x: { step: 'composition-fractions', of: 'f', elements: ['O', 'Fe'] } },
        of: 'x',
        shape: [-1, 2],
      },
      ['FeO', 'NaCl', 'Fe'],
    );
    expect(rows).toMatchObject([
      { data: [0.5, 0.5] },
      { code: 'INVALID_COMPOSITION', message: expect.stringMatching(/Na is none of the elements/) },
      { data: [0, 1] },
    ]);
  });
});

const QUARTZ = `data_quartz
_cell_length_a 4.9134(2)
_cell_length_b 4.9134
_cell_length_c 5.4052
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
_symmetry_space_group_name_H-M 'P 32 2 1'
loop_
_symmetry_equiv_pos_as_xyz
'x,y,z'
'-y,x-y,z+2/3'
'-x+y,-x,z+1/3'
'y,x,-z'
'x-y,-y,-z+1/3'
'-x,-x+y,-z+2/3'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Si Si4+ 0.4697(1) 0.0 0.0 # silicon
O O2- 0.4135 0.2669 0.1191
`;
const WATER = '3\nwater\nO 0 0 0.1173\nH 0 0.7572 -0.4692\nH 0 -0.7572 -0.4692\n';
const EXTENDED =
  '2\nLattice="5.64 0 0 0 5.64 0 0 0 5.64" Properties=id:I:1:species:S:1:pos:R:3 pbc="T T F"\n1 Na 0 0 0\n2 Cl 2.82 0 0\n';

describe('structures', () => {
  it('of a CIF have the atoms and distances that ASE finds', () => {
    const read = readStructure(QUARTZ, 100);
    expect([...read.species].sort()).toEqual(
      [...Array<number>(6).fill(14), ...Array<number>(6).fill(8)].sort(),
    );
    expect(read.periodic).toEqual(PERIODIC);
    // ASE 3.29, neighbor_list('ijd', atoms, cutoff), on the same text.
    const near = neighbours(read, 2, 10_000);
    const different = new Set(near?.distances.map((distance) => distance.toFixed(5)));
    expect(near?.from).toHaveLength(48);
    expect([...different].sort()).toEqual(['1.60391', '1.61321', '1.79282', '1.80173', '1.87056']);
    const far = neighbours(read, 6, 10_000);
    expect(far?.from).toHaveLength(1188);
    expect(far?.distances.reduce((sum, distance) => sum + distance, 0)).toBeCloseTo(5455.995129811176, 6);
  });

  it('are read from every form', async () => {
    const part = (name: string, shape: readonly number[]) => ({
      instance: structure,
      steps: { x: { step: 'structure-part', of: 's', part: name } },
      of: 'x',
      shape,
    });
    const lists = {
      species: ['O', 1, 'H'],
      positions: [
        [0, 0, 0.1173],
        [0, 0.7572, -0.4692],
        [0, -0.7572, -0.4692],
      ],
    };
    const forms = [WATER, { xyz: WATER }, lists, { s: WATER }];
    const rows = await runner.numbers(part('positions', [-1, 3]), forms);
    expect(rows.map(({ shape }) => shape)).toEqual(Array(4).fill([3, 3]));
    expect(new Set(rows.map(({ data }) => data.join())).size).toBe(1);
    const [species] = await runner.numbers(part('species', [-1]), [EXTENDED]);
    expect(species?.data).toEqual([11, 17]);
    const [pbc] = await runner.numbers(part('pbc', [3]), [EXTENDED]);
    expect(pbc?.data).toEqual([1, 1, 0]);
    expect(await runner.refusals(part('cell', [3, 3]), [WATER])).toEqual([
      expect.stringMatching(/^INVALID_STRUCTURE: The structure has no cell/),
    ]);
  });

  it('have a radial distribution that is 1 on average far away', async () => {
    const [row] = await runner.numbers(
      {
        instance: structure,
        steps: { x: { step: 'radial-distribution', of: 's', cutoff: 20, bins: 4 } },
        of: 'x',
        shape: [-1, 4],
      },
      ['1\nLattice="3 0 0 0 3 0 0 0 3"\nAr 0 0 0\n'],
    );
    expect(row?.data[3]).toBeCloseTo(1, 1);
  });

  it.each([
    ['', /first line is not the number of atoms/],
    ['0\n\n', /0 atoms/],
    ['99999\n\nH 0 0 0', /expected 1 to 100/],
    ['2\n\nH 0 0 0\n', /line 4|has 1|columns/],
    ['1\n\nH 0 0\n', /has 3 columns, expected 4/],
    ['1\n\nQq 0 0 0\n', /no element/],
    ['1\n\nH 0 0 nan\n', /no finite number/],
    ['1\n\nH 0 0 1e999\n', /no finite number/],
    ['1\n\nH 0 0 0\n1\n\nH 0 0 0\n', /one frame for each instance/],
    ['1\nLattice="1 0 0 0 1 0 1 1 0"\nH 0 0 0', /span a volume/],
    ['1\nLattice="1 0 0" pbc="T T T"\nH 0 0 0', /nine numbers/],
    ['1\nProperties=pos:R:3 pbc="T T T"\nH 0 0 0', /no Lattice|species:S:1/],
    [{ cif: 'data_x\n_cell_length_a 3' }, /loop with _atom_site_fract_x/],
    [{ cif: QUARTZ.replace("'x,y,z'", "'x,y,q'") }, /no symmetry operation/],
    [{ cif: QUARTZ.replace("'-y,x-y,z+2/3'", "'2*x,y,z'") }, /no symmetry operation/],
    [{ cif: QUARTZ.replace(/loop_\n_symmetry[^]*?loop_/, 'loop_') }, /lists no symmetry operations/],
    [{ cif: QUARTZ.replace('_cell_length_c 5.4052', '') }, /_cell_length_c is missing/],
    [{ cif: QUARTZ.replace('gamma 120', 'gamma 400') }, /span no cell|gamma/],
    [{ cif: QUARTZ.replace('0.4135 0.2669 0.1191', '0.4697 0 0') }, /lie at one place/],
    [{ cif: `${QUARTZ}x` }, /a loop of 5 columns has 11 values/],
    [{ cif: "data_a\n_x 'never" }, /quote is never closed/],
    [{ cif: 'data_a\n_x\n;\nnever' }, /never ends/],
    [
      {
        cif: QUARTZ.replace('site_fract_z', 'site_fract_z\n_atom_site_occupancy')
          .replace('0.0 0.0 #', '0.0 0.0 . #')
          .replace('0.1191', '0.1191 0.5'),
      },
      /"O" is occupied by 0.5/,
    ],
    [{ cif: 5 }, /must be the text/],
    [{ cif: QUARTZ, xyz: WATER }, /together/],
    [{ species: ['H'], positions: [] }, /1 species and 0 positions/],
    [{ species: ['H'], positions: [[0, 0]] }, /must be \[x, y, z\]/],
    [{ species: ['H'], positions: [[0, 0, null]] }, /finite number, got null/],
    [{ species: ['H'], positions: [[0, 0, 0]], pbc: true }, /give its cell/],
    [
      {
        species: ['H'],
        positions: [[0, 0, 0]],
        cell: [
          [1, 0, 0],
          [2, 0, 0],
          [0, 0, 1],
        ],
      },
      /span no volume/,
    ],
    [7, /Expected the text/],
  ])('%j is refused', (given, message) => {
    expect(() => readStructure(given, 100)).toThrow(message);
  });

  it('of any text are read or refused, soon', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('data_a', '\n', ';', "'", 'loop_', ' ', '_x', '1', 'H') }),
        (text) => {
          try {
            readStructure({ cif: text }, 10);
          } catch (error) {
            expect(error).toMatchObject({ code: 'INVALID_STRUCTURE' });
          }
        },
      ),
    );
    const hostile = [
      `data_a\n_x '${"'a".repeat(400_000)}`,
      `data_a\n${' '.repeat(900_000)}`,
      `data_a\n${';\n'.repeat(400_000)}`,
    ];
    for (const text of hostile) expect(() => readStructure({ cif: text }, 10)).toThrow();
    expect(() => readStructure(`${'9'.repeat(900_000)}\n`, 10)).toThrow();
  });

  it('have the same neighbours wherever atoms are written', () => {
    const place = fc.double({ min: -1, max: 1, noNaN: true });
    const shift = fc.integer({ min: -2, max: 2 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(place, place, place), { minLength: 1, maxLength: 4 }),
        shift,
        (places, cells) => {
          const cell = [
            [4, 0, 0],
            [1, 5, 0],
            [0.5, -1, 6],
          ];
          const species = places.map(() => 'H');
          const at = (moved: number) =>
            places.map(([x, y, z], atom) => (atom === 0 ? [x + moved * 4, y, z] : [x, y, z]));
          const [one, other] = [0, cells].map((moved) =>
            neighbours(readStructure({ species, positions: at(moved), cell }, 10), 5, 100_000),
          );
          const sum = (found: typeof one) =>
            found?.distances.reduce((total, distance) => total + distance, 0);
          expect(other?.from.length).toBe(one?.from.length);
          expect(sum(other)).toBeCloseTo(sum(one) ?? NaN, 6);
          // Every pair is there in both directions.
          const key = (from: number, to: number, distance: number) => `${from} ${to} ${distance.toFixed(9)}`;
          const pairs = new Set(
            one?.from.map((from, pair) => key(from, one.to[pair] ?? -1, one.distances[pair] ?? 0)),
          );
          for (const [pair, from] of (one?.from ?? []).entries())
            expect(pairs.has(key(one?.to[pair] ?? -1, from, one?.distances[pair] ?? 0))).toBe(true);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('with too many neighbours are refused, in bounded time', async () => {
    const positions = Array.from({ length: 1500 }, (_, atom) => [
      atom % 10,
      Math.floor(atom / 10) % 10,
      Math.floor(atom / 100),
    ]);
    const [refused] = await runner.refusals(
      {
        instance: structure,
        steps: { x: { step: 'neighbours', of: 's', part: 'edges', cutoff: 50 } },
        of: 'x',
        shape: [2, -1],
        datatype: 'INT64',
      },
      [
        {
          species: positions.map(() => 'H'),
          positions,
          cell: [
            [10, 0, 0],
            [0, 10, 0],
            [0, 0, 15],
          ],
        },
      ],
    );
    expect(refused).toMatch(/too many pairs/);
  });
});
