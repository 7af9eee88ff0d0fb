import { beforeAll, describe, expect, it } from '@jest/globals';
import rdkitModule, { type MainModule } from '@rdkit/rdkit';
import {
  type Standardization,
  Standardizer,
} from '../../../src/pipelines/molecules/standardize/standardizer.js';

let rdkit: MainModule;
let standardizer: Standardizer;
beforeAll(async () => {
  rdkit = await rdkitModule.default();
  standardizer = new Standardizer(rdkit);
  await standardizer.prepare(['canonical-tautomer']);
});

function standard(smiles: string, ...steps: Standardization[]): string {
  const molecule = rdkit.get_mol(smiles);
  if (molecule === null) throw new Error(`RDKit does not read ${smiles}`);
  const made = standardizer.standardize(molecule, steps);
  const written = made.get_smiles();
  made.delete();
  molecule.delete();
  return written;
}

describe('a molecule made neutral', () => {
  it.each([
    ['perchlorate', '[O-]Cl(=O)(=O)=O', '[O-][Cl+3]([O-])([O-])O'],
    ['nitrate', '[O-][N+](=O)[O-]', 'O=[N+]([O-])O'],
    ['sulfate with its charges apart', '[O-][S+2]([O-])([O-])[O-]', '[O-][S+2]([O-])(O)O'],
    ['azide', '[N-]=[N+]=[N-]', '[N-]=[N+]=N'],
  ])('takes up hydrogens as %s', (_, ion, acid) => {
    expect(standard(ion, 'neutralize')).toBe(acid);
  });

  it.each([
    ['a nitro group', 'C[N+](=O)[O-]'],
    ['an N-oxide', 'C[N+](C)(C)[O-]'],
    ['an isocyanide', '[C-]#[N+]C'],
    ['a perchlorate beside its cation', '[Na+].[O-][Cl+3]([O-])([O-])[O-]'],
  ])('stays as it is where it is neutral: %s', (_, smiles) => {
    expect(standard(smiles, 'neutralize')).toBe(standard(smiles));
  });

  it('keeps the sides of its double bonds and the handedness of its centres', () => {
    expect(standard('[O-]C(=O)/C=C\\C(=O)O', 'neutralize')).toBe('O=C(O)/C=C\\C(=O)O');
    expect(standard('C[C@H]([NH3+])C(=O)[O-]', 'neutralize')).toBe('C[C@H](N)C(=O)O');
  });

  it('and freed of its counter-ion has one tautomer', () => {
    const steps = ['largest-fragment', 'neutralize', 'canonical-tautomer'] as const;
    expect(standard('[O-]c1ccccn1.[Na+]', ...steps)).toBe('O=c1cccc[nH]1');
    expect(standard('Oc1cccc[nH+]1.[Cl-]', ...steps)).toBe('O=c1cccc[nH]1');
  });
});
