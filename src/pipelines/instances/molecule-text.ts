import { describeStrange, strangeCharacter } from '../../platform/text/strange-character.js';
import { extensionFault, splitCxSmiles } from '../molecules/smiles/cx-extensions.js';
import { scanSmiles, type ScannedSmiles, type SmilesFault } from '../molecules/smiles/scan-smiles.js';
import { scanMolblock } from '../molecules/molblock/scan-molblock.js';
import { RowError } from '../prediction.js';
import { describeValue, isObject, quote } from './describe-value.js';
import { objectWith } from './fields.js';

/**
 * Larger ones are polymers or mistakes: RDKit's time grows with the square of the atoms, and its stack is small. Where every
 * atom is bonded to most others, it grows with the paths: eight take a tenth of a second, twelve a minute.
 */
const MOLECULE_LIMITS = { characters: 2_000, atoms: 400, depth: 200, fragments: 50, crowding: 30 } as const;

/** A MOL file takes about 70 characters an atom, and as many a bond. */
const MAXIMUM_MOLBLOCK = 150_000;

export const EXPECTED_MOLECULE =
  'a SMILES string such as "CCO", {"smiles": "CCO"}, or {"molblock": "…"} with the text of a MOL file';

/** One molecule as text that the toolkit reads, every part of which is accounted for. */
export interface MoleculeText {
  readonly format: 'SMILES' | 'MOL';
  readonly text: string;
  /** For messages: the SMILES, or the name a MOL file gives the molecule. */
  readonly shown: string;
  /** All atoms but hydrogens that the text has. */
  readonly heavyAtoms: number;
  /** A SMILES in which every atom stands in brackets without hydrogens. */
  readonly isBare: boolean;
}

/** @throws RowError */
export function moleculeText(instance: unknown): MoleculeText {
  if (!isObject(instance)) return ofSmiles(instance, instance);
  const { smiles, molblock } = objectWith(instance, ['smiles', 'molblock'], EXPECTED_MOLECULE);
  if (molblock === undefined) return ofSmiles(smiles, instance);
  if (smiles !== undefined)
    throw new RowError('INVALID_INSTANCE', 'Expected smiles or molblock, got both; one of them is enough');
  return ofMolblock(molblock);
}

function ofMolblock(molblock: unknown): MoleculeText {
  if (typeof molblock !== 'string')
    throw new RowError(
      'INVALID_INSTANCE',
      `molblock must be the text of a MOL file, got ${describeValue(molblock)}`,
    );
  if (molblock.length > MAXIMUM_MOLBLOCK)
    throw new RowError(
      'MOLECULE_TOO_COMPLEX',
      `The MOL file has ${molblock.length} characters: expected at most ${MAXIMUM_MOLBLOCK}`,
    );
  const scanned = scanMolblock(molblock);
  const name = molblock.split(/\r\n|\r|\n/, 1)[0]?.trim() ?? '';
  const shown = name === '' ? 'The MOL file' : `The MOL file ${quote(name)}`;
  if ('fault' in scanned) throw new RowError('INVALID_MOLBLOCK', `${shown} cannot be read: ${scanned.fault}`);
  if (scanned.atoms > MOLECULE_LIMITS.atoms)
    throw new RowError(
      'MOLECULE_TOO_COMPLEX',
      `${shown} has ${scanned.atoms} atoms: expected at most ${MOLECULE_LIMITS.atoms}`,
    );
  return { format: 'MOL', text: scanned.text, shown, heavyAtoms: scanned.heavyAtoms, isBare: false };
}

function ofSmiles(given: unknown, instance: unknown): MoleculeText {
  if (typeof given !== 'string')
    throw new RowError(
      'INVALID_INSTANCE',
      `Expected ${EXPECTED_MOLECULE}, got ${describeValue(given === undefined ? instance : given)}`,
    );
  const length = given.length;
  if (length > MOLECULE_LIMITS.characters)
    throw new RowError(
      'INVALID_SMILES',
      `The SMILES has ${length} characters: expected at most ${MOLECULE_LIMITS.characters}`,
    );
  // Blanks and line ends of ASCII around a molecule mean nothing. What else looks like a blank is named.
  const [, text = ''] = /^[ \t\r\n]*(.*?)[ \t\r\n]*$/s.exec(given) ?? [];
  if (text === '') throw new RowError('INVALID_SMILES', `The SMILES is empty: expected ${EXPECTED_MOLECULE}`);
  refuseIdentifiers(text);
  const { smiles, extensions } = splitCxSmiles(text);
  const strange = strangeCharacter(text);
  // Its place in what was sent, blanks included.
  const scanned =
    strange === undefined
      ? withExtensions(scanSmiles(smiles), extensions)
      : { fault: describeStrange({ ...strange, position: strange.position + given.indexOf(text) }) };
  if ('fault' in scanned)
    throw new RowError('INVALID_SMILES', `${quote(text)} is not a SMILES string: ${scanned.fault}`);
  checkSize(text, scanned);
  return {
    format: 'SMILES',
    text,
    shown: quote(text),
    heavyAtoms: scanned.heavyAtoms,
    isBare: scanned.isBare,
  };
}

function withExtensions(
  scanned: ScannedSmiles | SmilesFault,
  extensions: string,
): ScannedSmiles | SmilesFault {
  const fault = 'fault' in scanned ? undefined : extensionFault(extensions, scanned.atoms);
  return fault === undefined ? scanned : { fault };
}

/** Names of molecules that no toolkit here can turn into one. */
function refuseIdentifiers(text: string): void {
  if (/^InChI=/i.test(text))
    throw new RowError(
      'INVALID_SMILES',
      `${quote(text)} is an InChI, which RDKit's JavaScript build writes but does not read; expected ${EXPECTED_MOLECULE}`,
    );
  if (/^[A-Z]{14}-[A-Z]{10}-[A-Z]$/.test(text))
    throw new RowError(
      'INVALID_SMILES',
      `${quote(text)} is an InChIKey, a hash from which no molecule can be read; expected ${EXPECTED_MOLECULE}`,
    );
}

function checkSize(text: string, { atoms, depth, parts, crowding }: ScannedSmiles): void {
  const excess: readonly (readonly [number, number, string])[] = [
    [atoms, MOLECULE_LIMITS.atoms, 'atoms'],
    [depth, MOLECULE_LIMITS.depth, 'branches inside each other'],
    [parts, MOLECULE_LIMITS.fragments, 'fragments'],
    [crowding, MOLECULE_LIMITS.crowding, 'ring closures beyond two of an atom'],
  ];
  for (const [count, limit, what] of excess)
    if (count > limit)
      throw new RowError(
        'MOLECULE_TOO_COMPLEX',
        `${quote(text)} has ${count} ${what}: expected at most ${limit}`,
      );
}
