import { describeStrange, strangeCharacter } from '../../platform/text/strange-character.js';
import { scanSmiles, type ScannedSmiles } from '../molecules/smiles/scan-smiles.js';
import { RowError } from '../prediction.js';
import { describeValue, isObject, quote } from './describe-value.js';
import { objectWith } from './fields.js';

/** Larger ones are polymers or mistakes: RDKit's time grows with the square of the atoms, and its stack is small. */
export const MOLECULE_LIMITS = { characters: 2_000, atoms: 400, depth: 200, fragments: 50 } as const;

export const EXPECTED_MOLECULE = 'a SMILES string such as "CCO", or {"smiles": "CCO"}';

/** One molecule as text, every character of which is accounted for. */
export interface MoleculeText {
  readonly text: string;
  readonly scanned: ScannedSmiles;
}

/** @throws RowError */
export function moleculeText(instance: unknown): MoleculeText {
  const given = isObject(instance) ? objectWith(instance, ['smiles'], EXPECTED_MOLECULE).smiles : instance;
  if (typeof given !== 'string')
    throw new RowError(
      'INVALID_INSTANCE',
      `Expected ${EXPECTED_MOLECULE}, got ${describeValue(isObject(instance) && given !== undefined ? given : instance)}`,
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
  const strange = strangeCharacter(text);
  // Its place in what was sent, blanks included.
  const scanned =
    strange === undefined
      ? scanSmiles(text)
      : { fault: describeStrange({ ...strange, position: strange.position + given.indexOf(text) }) };
  if ('fault' in scanned)
    throw new RowError('INVALID_SMILES', `${quote(text)} is not a SMILES string: ${scanned.fault}`);
  checkSize(text, scanned);
  return { text, scanned };
}

function checkSize(text: string, { atoms, depth, parts }: ScannedSmiles): void {
  const excess: readonly (readonly [number, number, string])[] = [
    [atoms, MOLECULE_LIMITS.atoms, 'atoms'],
    [depth, MOLECULE_LIMITS.depth, 'branches inside each other'],
    [parts, MOLECULE_LIMITS.fragments, 'fragments'],
  ];
  for (const [count, limit, what] of excess)
    if (count > limit)
      throw new RowError(
        'MOLECULE_TOO_COMPLEX',
        `${quote(text)} has ${count} ${what}: expected at most ${limit}`,
      );
}
