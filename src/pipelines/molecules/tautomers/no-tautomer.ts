/** Atoms are told apart by their mass, of which openchemlib's codes keep eight bits; 0 is none. */
export const MAXIMUM_ATOMS = 200;

/**
 * Why a molecule has no canonical tautomer here. SIZE: too many atoms. COUNT: too many places for its mobile hydrogens. DOUBT: the
 * two toolkits do not agree on what the molecule, or its tautomer, is.
 */
export type TautomerRefusal = 'TAUTOMER_SIZE' | 'TAUTOMER_COUNT' | 'TAUTOMER_DOUBT';

export class NoTautomer extends Error {
  constructor(
    readonly reason: TautomerRefusal,
    options?: ErrorOptions,
  ) {
    super(`No canonical tautomer: ${reason}`, options);
  }
}
