import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../../platform/errors.js';
import { moleculeText, type MoleculeText } from '../instances/molecule-text.js';
import { partlyRead, unreadable } from '../instances/unreadable-molecule.js';
import type { PictureNeed } from '../molecules/molecule-messages.js';
import type { MoleculeWorker } from '../molecules/molecule-worker-client.js';
import { RowError } from '../prediction.js';
import {
  checkDepictionOptions,
  type CheckedDepictionOptions,
  type DepictionOptions,
} from './depiction-options.js';

/** A picture of a drug is about 10 kB, of 400 atoms 150 kB. */
const KEPT_BYTES = 32 * 2 ** 20;
/** Nobody looks at a picture that takes longer. */
const LIMIT_MS = 10_000;

/** Colours of atoms and bonds, and what they mean. */
export type Colouring = Pick<PictureNeed, 'colours' | 'bondColours' | 'legend' | 'description'>;

/** Structural formulas of molecules, drawn by RDKit in the threads that read molecules. */
export class MoleculeDepictions {
  readonly #molecules: MoleculeWorker;
  readonly #kept = new LRUCache<string, string>({
    maxSize: KEPT_BYTES,
    sizeCalculation: (picture) => 2 * picture.length + 200,
  });

  constructor(deps: { readonly molecules: MoleculeWorker }) {
    this.#molecules = deps.molecules;
  }

  /**
   * Draws the molecule of a SMILES, or of the text of a MOL file.
   *
   * @returns SVG of `width` by `height` pixels, transparent, of few harmless elements, with a `<title>`
   * @throws what `draw` throws, with the field `molecule`
   */
  async drawText(text: string, options: DepictionOptions, signal: AbortSignal): Promise<string> {
    // A line that no SMILES has.
    const isMolblock = /^M {2}END\s*$/m.test(text);
    return this.draw(isMolblock ? { molblock: text } : text, options, signal);
  }

  /**
   * Draws a molecule as `predict` takes it.
   *
   * @throws DomainError INVALID_ARGUMENT for a size out of bounds or an atom that there is not; INVALID_INSTANCE,
   * INVALID_SMILES, INVALID_MOLBLOCK or MOLECULE_TOO_COMPLEX for what cannot be drawn; DEADLINE_EXCEEDED; UNAVAILABLE when
   * RDKit does not run; `signal.reason` on abort
   */
  async draw(
    molecule: unknown,
    given: DepictionOptions,
    signal: AbortSignal,
    colouring: Colouring | null = null,
  ): Promise<string> {
    const options = checkDepictionOptions(given);
    try {
      const text = moleculeText(molecule);
      const key = keyOf(text, options, colouring);
      const kept = this.#kept.get(key);
      if (kept !== undefined) return kept;
      const picture = await this.#drawn(text, options, signal, colouring);
      this.#kept.set(key, picture);
      return picture;
    } catch (error) {
      if (error instanceof RowError) throw refused(error);
      throw error;
    }
  }

  async #drawn(
    text: MoleculeText,
    options: CheckedDepictionOptions,
    signal: AbortSignal,
    colouring: Colouring | null,
  ): Promise<string> {
    const [row] = await this.#molecules.read(
      [text.text],
      { descriptors: [], fingerprints: [], picture: { ...options, title: titleOf(text), ...colouring } },
      { signal, until: performance.now() + LIMIT_MS },
    );
    if (row === undefined) throw new Error('The molecule worker answered no row');
    if (!row.readable && row.reason === 'LATE')
      throw new DomainError(
        'DEADLINE_EXCEEDED',
        `${text.shown} was not drawn within ${LIMIT_MS / 1000} s: other molecules were before it; try again.`,
      );
    if (!row.readable) throw unreadable(text, row.reason);
    if (row.heavyAtoms !== text.heavyAtoms) throw partlyRead(text, row.heavyAtoms);
    if (row.picture !== null) return row.picture;
    const missing = options.highlight.find((atom) => atom >= row.atoms) ?? -1;
    throw new DomainError(
      'INVALID_ARGUMENT',
      `highlight names atom ${missing}: ${text.shown} has the atoms 0 to ${row.atoms - 1}, in the order of its text, without hydrogens that belong to another atom.`,
      { field: ['highlight'] },
    );
  }
}

/** Molecules that are drawn alike are those of the same text. */
function keyOf(
  { format, text }: MoleculeText,
  options: CheckedDepictionOptions,
  colouring: Colouring | null,
): string {
  const { width, height, highlight, theme } = options;
  return createHash('sha256')
    .update(JSON.stringify([format, text, width, height, highlight, theme, colouring]))
    .digest('base64');
}

function titleOf({ format, text, shown }: MoleculeText): string {
  if (format === 'MOL') return shown.replace(/^The MOL file/, 'Structure of the MOL file');
  return `Structure of ${text.length > 200 ? `${text.slice(0, 200)}…` : text}`;
}

function refused({ code, message }: RowError): DomainError {
  switch (code) {
    case 'INVALID_SMILES':
    case 'INVALID_MOLBLOCK':
    case 'MOLECULE_TOO_COMPLEX':
    case 'INVALID_INSTANCE':
      return new DomainError(code, message, { field: ['molecule'] });
    default:
      throw new Error(`No molecule is refused with ${code}`);
  }
}
