import type { Unreadable } from '../molecules/molecule-messages.js';
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
        `RDKit took too long on ${text} and was stopped; expected a molecule without so many fused rings`,
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
