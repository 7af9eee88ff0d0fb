import type { AlertSet } from './alerts/alert-sets.js';
import type { RdkitDescriptor } from './descriptors.js';
import type { GraphNeed, MoleculeGraph } from './graphs/graph-features.js';
import type { Skeleton } from './skeleton.js';
import type { Standardization } from './standardize/standardizer.js';
import type { TautomerRefusal } from './tautomers/no-tautomer.js';

/** What to compute for each molecule of a batch. */
export interface MoleculeNeeds {
  readonly descriptors: readonly (RdkitDescriptor | 'aromaticProportion')[];
  readonly fingerprints: readonly FingerprintNeed[];
  readonly alerts?: readonly AlertSet[];
  readonly graphs?: readonly GraphNeed[];
  /** Done before anything else, in this order. */
  readonly standardize?: readonly Standardization[];
  readonly picture?: PictureNeed;
  /** Whether atoms and bonds of the molecule as it was given are wanted. */
  readonly skeleton?: boolean;
}

/** A picture to draw, as SVG. */
export interface PictureNeed {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Atoms to point out, by their index. */
  readonly highlight: readonly number[];
  /** Red, green and blue from 0 to 1, by the index of an atom; empty for a plain picture. */
  readonly colours?: Readonly<Record<number, readonly [number, number, number]>>;
  /** The same for bonds, by their index. */
  readonly bondColours?: Readonly<Record<number, readonly [number, number, number]>>;
  /** What the colours mean; drawn below the molecule. */
  readonly legend?: PictureLegend;
  /** What a screen reader says at length. */
  readonly description?: string;
  readonly theme: PictureTheme;
  /** What a screen reader says. */
  readonly title: string;
}

/** A scale of colours, with what its ends and middle stand for. */
export interface PictureLegend {
  readonly low: string;
  readonly middle: string;
  readonly high: string;
  /** From low to high, as `#rrggbb`. */
  readonly colours: readonly string[];
}

/** Which background it will stand on; its own is transparent. */
export type PictureTheme = 'LIGHT' | 'DARK';

export interface FingerprintNeed {
  readonly type: 'morgan' | 'rdkit' | 'atom-pair' | 'topological-torsion' | 'pattern' | 'maccs';
  readonly radius?: number;
  readonly bits: number;
}

export interface Molecule {
  readonly readable: true;
  /** In the order of the needs. */
  readonly descriptors: readonly number[];
  /** Bits as 0 and 1, in the order of the needs. */
  readonly fingerprints: readonly Uint8Array[];
  /** Names of the patterns of each set that the molecule has; in the order of the needs. */
  readonly alerts: readonly (readonly string[])[];
  /** In the order of the needs. */
  readonly graphs: readonly MoleculeGraph[];
  /** Parts not joined by any bond: 2 for a salt. Of the molecule as it was given, as all that follows. */
  readonly fragments: number;
  /** All atoms but hydrogens, as many as the caller counted: a toolkit that read fewer has left out part of the text. */
  readonly heavyAtoms: number;
  /** Unpaired electrons of all atoms together. */
  readonly radicals: number;
  /** Those that have an index; hydrogens do where RDKit keeps them as atoms of their own. */
  readonly atoms: number;
  /** Null where it was not needed. */
  readonly skeleton: Skeleton | null;
  /** SVG; null where none was needed, or `highlight` names an atom that there is not. */
  readonly picture: string | null;
}

export interface Unreadable {
  readonly readable: false;
  /**
   * SYNTAX: RDKit refuses it. EMPTY: no atom. WILDCARD: an atom of no element. CRASHED: RDKit failed inside.
   * TIMEOUT: took longer than the limit for one molecule. LATE: the time of the whole request was over before its turn.
   */
  readonly reason: 'SYNTAX' | 'EMPTY' | 'WILDCARD' | 'CRASHED' | 'TIMEOUT' | 'LATE' | TautomerRefusal;
}

export type MoleculeRow = Molecule | Unreadable;

export interface MoleculeBatch {
  readonly id: number;
  /** SMILES, or the text of a MOL file: RDKit tells them apart by the latter's last line. */
  readonly smiles: readonly string[];
  readonly needs: MoleculeNeeds;
}

export type WorkerMessage =
  | { readonly type: 'ready' }
  /** The next rows of a batch; `isLast` when the turn ends with them. */
  | {
      readonly type: 'rows';
      readonly id: number;
      readonly rows: readonly MoleculeRow[];
      readonly isLast: boolean;
    };

/** The row being read, so that the parent knows the culprit when the worker hangs or dies. */
export const PROGRESS_ROW = 0;
/** 1 once nobody waits any more: no further row is begun. */
export const PROGRESS_STOP = 1;
export const PROGRESS_WORDS = 2;

export interface MoleculeWorkerData {
  /** PROGRESS_WORDS numbers of 32 bits. */
  readonly progress: SharedArrayBuffer;
}
