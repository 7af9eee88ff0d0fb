import type { Unreadable } from '../molecules/molecule-messages.js';
import { MAXIMUM_ATOMS } from '../molecules/tautomers/no-tautomer.js';
import { RowError } from '../prediction.js';
import { EXPECTED_MOLECULE, type MoleculeText } from './molecule-text.js';

/** Why the toolkit has no answer for one molecule. */
export function unreadable({ shown: text, format }: MoleculeText, reason: Unreadable['reason']): RowError {
  switch (reason) {
    case 'SYNTAX':
      return format === 'SMILES'
        ? new RowError(
            'INVALID_SMILES',
            `${text} is not a SMILES string RDKit can read; check ring closures, brackets, valences and aromaticity`,
          )
        : new RowError(
            'INVALID_MOLBLOCK',
            `${text} is no molecule RDKit can read; check its atoms, bonds, valences and aromaticity`,
          );
    case 'EMPTY':
      return new RowError('INVALID_SMILES', `${text} has no atoms; expected ${EXPECTED_MOLECULE}`);
    case 'WILDCARD':
      return new RowError(
        'INVALID_SMILES',
        `${text} contains a wildcard atom (*), which is no element; expected a whole molecule`,
      );
    case 'CRASHED':
      return new RowError(
        'MOLECULE_TOO_COMPLEX',
        `RDKit failed on ${text}, usually because the molecule is too large; expected a molecule of at most some hundred atoms`,
      );
    case 'TIMEOUT':
      return new RowError(
        'MOLECULE_TOO_COMPLEX',
        `${text} took too long and was stopped; expected a molecule without so many fused rings, or, where its canonical tautomer is taken, without so many mobile hydrogens`,
      );
    case 'TAUTOMER_SIZE':
      return new RowError(
        'MOLECULE_TOO_COMPLEX',
        `${text} has more than ${MAXIMUM_ATOMS} atoms: expected at most as many, since this model takes canonical tautomers`,
      );
    case 'TAUTOMER_COUNT':
      return new RowError(
        'MOLECULE_TOO_COMPLEX',
        `${text} has too many tautomers for one to be chosen; expected a molecule with fewer mobile hydrogens, since this model takes canonical tautomers`,
      );
    case 'TAUTOMER_DOUBT':
      return new RowError(
        'MOLECULE_TOO_COMPLEX',
        `${text} has no canonical tautomer, which this model takes: openchemlib and RDKit do not agree on its hydrogens, bonds or charges; check valences, radicals and dative bonds`,
      );
    case 'LATE':
      return new RowError(
        'DEADLINE_EXCEEDED',
        `${text} was not read: the molecules before it used up the request's time; send fewer at once, or allow more with deadlineMs`,
      );
  }
}

/** The toolkit read another number of atoms than the text has: an answer would be about another molecule. */
export function partlyRead({ shown, format, heavyAtoms }: MoleculeText, read: number): RowError {
  return new RowError(
    format === 'SMILES' ? 'INVALID_SMILES' : 'INVALID_MOLBLOCK',
    `${shown} has ${heavyAtoms} atoms besides hydrogen, of which RDKit read ${read}; check it character by character`,
  );
}
