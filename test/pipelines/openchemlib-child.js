// Prints what OpenChemLib says of each SMILES among the arguments, as JSON.
import * as OCL from 'openchemlib';

const answers = process.argv.slice(2).map((smiles) => {
  const molecule = OCL.Molecule.fromSmiles(smiles);
  return {
    weight: molecule.getMolecularFormula().relativeWeight,
    heavyAtoms: molecule.getAllAtoms(),
    logP: new OCL.MoleculeProperties(molecule).logP,
  };
});
console.log(JSON.stringify(answers));
