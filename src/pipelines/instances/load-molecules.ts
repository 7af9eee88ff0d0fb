import { ALERT_SOURCES, type AlertSet } from '../molecules/alerts/alert-sets.js';
import type { Molecule, MoleculeNeeds, MoleculeRow } from '../molecules/molecule-messages.js';
import type { MoleculeWorker, ReadOptions } from '../molecules/molecule-worker-client.js';
import { RowError, type WarningNote } from '../prediction.js';
import type { MoleculeText } from './molecule-text.js';
import { partlyRead, unreadable } from './unreadable-molecule.js';

/** A molecule as its text and as RDKit reads it, with what was asked of RDKit. */
export interface LoadedMolecule {
  readonly text: MoleculeText;
  readonly molecule: Molecule;
}

export interface MoleculeLoading {
  readonly needs: MoleculeNeeds;
  /** What a salt or a mixture gets. */
  readonly fragments: 'warn' | 'accept' | 'reject';
  readonly warnOf: { readonly sets: readonly AlertSet[]; readonly place: number };
}

export interface MoleculeListener {
  fail(row: number, error: RowError): void;
  warn(row: number, warning: WarningNote): void;
}

/** Has RDKit read texts of molecules, each on its own; what is wrong with one is told by its row. */
export async function loadMolecules(
  texts: readonly MoleculeText[],
  loading: MoleculeLoading,
  worker: MoleculeWorker,
  listener: MoleculeListener,
  options: ReadOptions = {},
): Promise<(LoadedMolecule | undefined)[]> {
  const rows = await worker.read(
    texts.map(({ text }) => text),
    loading.needs,
    options,
  );
  return texts.map((text, row) => {
    const read = rows[row];
    if (read === undefined) throw new Error('The molecule worker answered fewer rows than it was sent');
    const error = faultOf(text, read, loading.fragments);
    if (error !== null || !read.readable) {
      if (error) listener.fail(row, error);
      return undefined;
    }
    for (const warning of warningsOf(text, read, loading)) listener.warn(row, warning);
    return { text, molecule: read };
  });
}

function faultOf(
  given: MoleculeText,
  row: MoleculeRow,
  fragments: MoleculeLoading['fragments'],
): RowError | null {
  if (!row.readable) return unreadable(given, row.reason);
  if (row.heavyAtoms !== given.heavyAtoms) return partlyRead(given, row.heavyAtoms);
  if (row.fragments > 1 && fragments === 'reject')
    return new RowError(
      given.format === 'SMILES' ? 'INVALID_SMILES' : 'INVALID_MOLBLOCK',
      `${given.shown} has ${row.fragments} fragments; this model takes one molecule without counter-ions`,
    );
  return null;
}

function warningsOf(
  { shown, isBare }: MoleculeText,
  row: Molecule,
  { fragments, needs, warnOf }: MoleculeLoading,
): WarningNote[] {
  const warnings: WarningNote[] = [];
  const isStripped = needs.standardize?.includes('largest-fragment') ?? false;
  if (row.fragments > 1 && fragments === 'warn')
    warnings.push({
      code: 'MULTIPLE_FRAGMENTS',
      message: `${shown} has ${row.fragments} fragments (a salt or a mixture); the model reads ${isStripped ? 'the largest of them alone' : 'them as one molecule'}`,
    });
  for (const [index, set] of warnOf.sets.entries()) {
    const names = row.alerts[warnOf.place + index] ?? [];
    if (names.length > 0)
      warnings.push({
        code: 'STRUCTURAL_ALERT',
        message: `${shown} has ${names.length === 1 ? 'a substructure' : `${names.length} substructures`} that ${ALERT_SOURCES[set]} warns of: ${names.slice(0, 10).join(', ')}${names.length > 10 ? ', …' : ''}`,
      });
  }
  if (isBare && row.radicals > 0)
    warnings.push({
      code: 'BARE_ATOMS',
      message: `In ${shown} every atom stands in brackets without hydrogens, so the model reads ${row.radicals} unpaired electrons; if this is SELFIES, decode it to SMILES first`,
    });
  return warnings;
}
