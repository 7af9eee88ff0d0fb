import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MoleculeWorker } from '../../../src/pipelines/index.js';
import { moleculeText } from '../../../src/pipelines/instances/molecule-text.js';
import { scanSmiles } from '../../../src/pipelines/molecules/smiles/scan-smiles.js';

const worker = new MoleculeWorker();
afterAll(() => worker.close());

const RUNS = Number(process.env.RETORT_TEST_RUNS ?? 300);

/** Delaney's molecules: rings, salts, charges, aromatic atoms of every kind. */
const molecules = readFileSync('examples/data/delaney-solubility.csv', 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',').at(-3) ?? '');

/** What no molecule of that set has. */
const rarities = [
  '[13CH4]',
  '[2H]O[2H]',
  '[H]C([H])([H])[H]',
  '[H][H]',
  '[nH]1cccc1',
  'C[C@@H](N)C(=O)O',
  'F[Pt@SP1](Cl)(Br)I',
  '[NH3]->[Fe]',
  'C%10CCC%10',
  'C%(100)CC%(100)',
  'F/C=C\\F',
  '[Na+].[Cl-]',
  '[Fe++]',
  '[#6]',
  '[CH3:12]C',
  '[se]1cccc1',
  'C$C',
  'CC(C)(C)c1ccc(Br)cc1',
  '[C-]#[O+]',
  '[Og]',
  'B1OCCO1',
  '[SiH4]',
  'OS(=O)(=O)O',
  'S=C=S',
];

const faultOf = (instance: unknown): string => {
  try {
    moleculeText(instance);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('a SMILES whose every character counts', () => {
  it('counts as many atoms as RDKit reads, for molecules of every kind', async () => {
    const all = [...molecules, ...rarities];
    expect(molecules).toHaveLength(803);
    const rows = await worker.read(all, { descriptors: [], fingerprints: [] });
    const differences = all.flatMap((smiles, index) => {
      const scanned = scanSmiles(smiles);
      const row = rows[index];
      const counted = 'fault' in scanned ? scanned.fault : scanned.heavyAtoms;
      const read = row?.readable ? row.heavyAtoms : row?.reason;
      return counted === read ? [] : [{ smiles, counted, read }];
    });
    expect(differences).toEqual([]);
  });

  it('refuses a character beyond ASCII wherever it stands, and names it', () => {
    const strange = fc
      .integer({ min: 0x80, max: 0x10ffff })
      .filter((point) => point < 0xd800 || point > 0xdfff);
    fc.assert(
      fc.property(fc.constantFrom(...molecules), strange, fc.nat(), (smiles, point, where) => {
        const at = where % (smiles.length + 1);
        const message = faultOf(smiles.slice(0, at) + String.fromCodePoint(point) + smiles.slice(at));
        const code = point.toString(16).toUpperCase().padStart(4, '0');
        expect(message).toContain(`is not a SMILES string: character ${at + 1} is U+${code}`);
      }),
      { numRuns: RUNS },
    );
  });

  it('accounts for every character of ASCII that is put into a molecule: refused, or read to the last atom', async () => {
    const changed = fc.sample(
      fc.tuple(fc.constantFrom(...molecules), fc.integer({ min: 0, max: 0x7f }), fc.nat()),
      { numRuns: RUNS, seed: 38 },
    );
    const texts = changed.flatMap(([smiles, point, where]) => {
      const at = where % (smiles.length + 1);
      const text = smiles.slice(0, at) + String.fromCharCode(point) + smiles.slice(at);
      return faultOf(text) === '' ? [text] : [];
    });
    const rows = await worker.read(texts, { descriptors: [], fingerprints: [] });
    const wrong = texts.filter((text, index) => {
      const scanned = scanSmiles(text.trim());
      const row = rows[index];
      return 'fault' in scanned || (row?.readable === true && row.heavyAtoms !== scanned.heavyAtoms);
    });
    expect(texts.length).toBeGreaterThan(RUNS / 20);
    expect(wrong).toEqual([]);
  });

  it.each([
    ['CCО', 'character 3 is U+041E CYRILLIC CAPITAL LETTER O, which only looks like "O"'],
    ['ОCC', 'character 1 is U+041E CYRILLIC CAPITAL LETTER O'],
    ['CC\u200b', 'character 3 is U+200B ZERO WIDTH SPACE, which cannot be seen'],
    ['\ufeffCCO', 'character 1 is U+FEFF ZERO WIDTH NO-BREAK SPACE'],
    ['CCO\u00a0', 'character 4 is U+00A0 NO-BREAK SPACE, which only looks like a space'],
    [' CC\u00a0O ', 'character 4 is U+00A0 NO-BREAK SPACE'],
    ['C１CC１', 'character 2 is U+FF11 FULLWIDTH DIGIT ONE, which only looks like "1"'],
    ['[O\u2212]C', 'character 3 is U+2212 MINUS SIGN, which only looks like "-"'],
    ['CC\u0000O', 'character 3 is U+0000 NULL'],
    ['CC\tO', 'character 3 is U+0009 '],
    ['CC\nO', 'character 3 is U+000A '],
    ['CCO ethanol', 'character 4 is a space; send one molecule for each instance, without a name behind it'],
    ['CC>>CO', 'character 3 is ">", which belongs to a reaction'],
    ['CL', 'character 2 is "L", which SMILES has no meaning for outside brackets'],
    ['C[R1]', '"[R1]" at character 2 is no atom'],
    ['C(C', 'a bracket "(" never closed'],
    ['CC)', 'the bracket ")" at character 3 closes nothing'],
    ['C[NH', 'the bracket "[" at character 2 is never closed'],
    ['[C][C][Branch1][C][O]', '"[Branch1]" at character 7 is no atom; this looks like SELFIES'],
    ['[C][=O]', '"[=O]" at character 4 is no atom; this looks like SELFIES'],
    ['[C][Ring1]', '"[Ring1]" at character 4 is no atom; this looks like SELFIES'],
  ])('%j: %s', (smiles, message) => {
    expect(faultOf(smiles)).toContain(message);
  });

  it.each([
    ['C'.repeat(401), '401 atoms: expected at most 400'],
    ['C'.repeat(2001), '2001 characters: expected at most 2000'],
    [`C${'(C'.repeat(201)}${')'.repeat(201)}`, '201 branches inside each other: expected at most 200'],
    [Array(51).fill('O').join('.'), '51 fragments: expected at most 50'],
  ])('%.10s… is too large: %s', (smiles, message) => {
    expect(faultOf(smiles)).toContain(message);
  });
});
