import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import rdkitModule, { type MainModule } from '@rdkit/rdkit';
import fc from 'fast-check';
import * as openchemlib from 'openchemlib';
import { MoleculeWorker } from '../../../src/pipelines/index.js';
import { type RdkitJson, readJson } from '../../../src/pipelines/molecules/rdkit-json.js';
import { eachPlacement } from '../../../src/pipelines/molecules/tautomers/bond-placements.js';
import { CanonicalTautomer } from '../../../src/pipelines/molecules/tautomers/canonical-tautomer.js';
import { NoTautomer } from '../../../src/pipelines/molecules/tautomers/no-tautomer.js';
import { structureOf } from '../../../src/pipelines/molecules/tautomers/structure.js';
import { TautomerClasses } from '../../../src/pipelines/molecules/tautomers/tautomeric-bonds.js';
import { rounds } from '../../support/depth.js';
import { patience } from '../../support/patience.js';

let rdkit: MainModule;
let tautomers: CanonicalTautomer;
beforeAll(async () => {
  rdkit = await rdkitModule.default();
  tautomers = new CanonicalTautomer(rdkit, openchemlib);
});

function withMolecule<T>(
  smiles: string,
  use: (molecule: NonNullable<ReturnType<MainModule['get_mol']>>) => T,
): T {
  const molecule = rdkit.get_mol(smiles);
  if (molecule === null) throw new Error(`RDKit does not read ${smiles}`);
  try {
    return use(molecule);
  } finally {
    molecule.delete();
  }
}

const canonical = (smiles: string) => withMolecule(smiles, (molecule) => tautomers.of(molecule));
const usual = (smiles: string) => withMolecule(smiles, (molecule) => molecule.get_smiles());
const jsonOf = (smiles: string) =>
  withMolecule(smiles, (molecule) => JSON.parse(molecule.get_json()) as RdkitJson);

/** Elements with their isotopes, hydrogens, charge. */
function content(smiles: string): string {
  const { atoms } = structureOf(jsonOf(smiles));
  const sum = (of: (atom: (typeof atoms)[number]) => number) =>
    atoms.reduce((all, atom) => all + of(atom), 0);
  const elements = atoms.map(({ z, isotope }) => `${z}/${isotope}`).sort();
  return `${elements.join()} H${sum(({ hydrogens }) => hydrogens)} ${sum(({ charge }) => charge)}`;
}

const delaney = readFileSync('examples/data/delaney-solubility.csv', 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => /"([^"]*)",[^,]*,[^,]*$|([^,]*),[^,]*,[^,]*$/.exec(line))
  .map((match) => match?.[1] ?? match?.[2] ?? '');

describe('the canonical tautomer', () => {
  it.each([
    ['a ketone', 'CC(C)=O', ['C=C(C)O']],
    ['an aldehyde', 'CCC=O', ['CC=CO', 'C/C=C/O']],
    ['a diketone', 'CC(=O)CC(C)=O', ['CC(=O)/C=C(/C)O', 'C=C(O)CC(C)=O']],
    ['2-pyridone', 'O=c1cccc[nH]1', ['Oc1ccccn1']],
    ['4-pyridone', 'O=c1cc[nH]cc1', ['Oc1ccncc1']],
    ['phenol', 'Oc1ccccc1', ['O=C1C=CC=CC1', 'O=C1CC=CC=C1']],
    ['an amide', 'CC(N)=O', ['CC(O)=N', 'C=C(N)O']],
    ['an oxime', 'CC(C)=NO', ['CC(C)N=O']],
    ['nitroethane', 'CC[N+](=O)[O-]', ['CC=[N+]([O-])O']],
    ['a hydroxyazo dye', 'Oc1ccc2ccccc2c1N=Nc1ccccc1', ['O=C1C=Cc2ccccc2C1=NNc1ccccc1']],
    ['cytosine', 'Nc1cc[nH]c(=O)n1', ['Nc1ccnc(O)n1', 'N=c1cc[nH]c(=O)[nH]1']],
    ['methylimidazole, by whichever nitrogen', 'Cc1c[nH]cn1', ['Cc1cnc[nH]1']],
    ['thiopyridone', 'S=c1cccc[nH]1', ['Sc1ccccn1']],
  ])('is one for all forms of %s', (_, wanted, others) => {
    expect(usual(wanted)).toBe(wanted);
    for (const smiles of [wanted, ...others])
      expect({ smiles, is: canonical(smiles) }).toEqual({ smiles, is: wanted });
  });

  it.each([
    ['an amino acid its handedness', 'C[C@H](N)C(=O)O'],
    ['a sugar all of it', 'O=C[C@H](O)[C@@H](O)[C@H](O)[C@H](O)CO'],
    ['a double bond its sides', 'C/C=C\\C(=O)O'],
    ['an oxime as well', 'C/C(=N\\O)c1ccccc1'],
    ['a sulfoxide its oxygen', 'CS(=O)c1ccccc1'],
    ['a nitrile', 'N#CCc1ccccc1'],
    ['a lactone', 'O=C1C=CCO1'],
    ['a salt', 'CC(=O)[O-].[Na+]'],
    ['deuterium where it was put', '[2H]OC(=C)C'],
    ['a radical', 'C[CH]C'],
  ])('leaves %s', (_, smiles) => {
    expect(canonical(smiles)).toBe(usual(smiles));
  });

  it('is, for every seventh molecule of Delaney’s, of the same atoms, and its own', () => {
    expect(delaney).toHaveLength(803);
    const wrong: unknown[] = [];
    for (let index = 0; index < delaney.length; index += 7) {
      const smiles = delaney[index] ?? '';
      const found = canonical(smiles);
      if (content(found) !== content(smiles) || canonical(found) !== found) wrong.push({ smiles, found });
    }
    expect(wrong).toEqual([]);
  });

  it('does not depend on the tautomer that is given', () => {
    const classes = new TautomerClasses(openchemlib);
    fc.assert(
      fc.property(fc.constantFrom(...delaney), fc.nat(), (given, which) => {
        // None of Delaney's has a handedness; the sides of a double bond are not kept where it moves.
        const smiles = given.replaceAll(/[\\/]/g, '');
        const json = jsonOf(smiles);
        const structure = structureOf(json);
        const [{ atoms, bonds = [] }] = json.molecules;
        const others: RdkitJson[] = [];
        eachPlacement(structure, classes.movingBonds(structure), ({ orders, hydrogens }) => {
          if (others.length > 500) return;
          others.push({
            ...json,
            molecules: [
              {
                atoms: atoms.map((atom, index) => ({ ...atom, impHs: hydrogens[index] ?? 0 })),
                bonds: bonds.map(({ atoms: ends }, index) => ({ atoms: ends, bo: orders[index] ?? 1 })),
              },
            ],
          });
        });
        const chosen = others[which % Math.max(others.length, 1)];
        const molecule = chosen && readJson(rdkit, chosen);
        if (!molecule) return;
        const other = molecule.get_smiles();
        molecule.delete();
        if (classes.codeOf(structureOf(jsonOf(other))) !== classes.codeOf(structure)) return;
        expect({ smiles, other, is: canonical(other) }).toEqual({ smiles, other, is: canonical(smiles) });
      }),
      { numRuns: rounds(60) },
    );
  });

  it('is refused where the toolkits differ or there is too much to try', () => {
    const refusal = (smiles: string) => {
      try {
        return canonical(smiles);
      } catch (error) {
        if (error instanceof NoTautomer) return error.reason;
        throw error;
      }
    };
    expect(refusal(`${'C'.repeat(200)}O`)).toBe('TAUTOMER_SIZE');
    expect(refusal('CC(=O)O->[Fe]')).toBe('TAUTOMER_DOUBT');
  });
});

describe('a molecule read with its canonical tautomer', () => {
  const worker = new MoleculeWorker({ timeLimitMs: patience(5_000), threads: 1 });
  afterAll(() => worker.close());

  it('has the values of that one, and an error of its own where there is none', async () => {
    const rows = await worker.read(
      ['Oc1ccccn1', 'O=c1cccc[nH]1', `${'C'.repeat(200)}O`, 'CCO'],
      {
        descriptors: ['CrippenClogP', 'lipinskiHBD'],
        fingerprints: [{ type: 'morgan', radius: 2, bits: 512 }],
        standardize: ['canonical-tautomer'],
      },
      { until: performance.now() + patience(60_000) },
    );
    const [first, second, third, fourth] = rows;
    expect(first).toEqual(second);
    expect(third).toEqual({ readable: false, reason: 'TAUTOMER_SIZE' });
    expect(fourth).toMatchObject({ readable: true, heavyAtoms: 3 });
  });
});
