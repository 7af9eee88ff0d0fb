import { descriptorUnit } from '../molecules/descriptors.js';
import type { InstanceKind, SourceStep } from '../pipeline-schema.js';

const MACCS_BITS = 167;
const DEFAULT_BITS = 2048;

/** The fields a `field` step may name: whether an instance may leave it out, and its dimensions ([] for a scalar). */
export const FIELDS: Readonly<
  Record<
    InstanceKind,
    Readonly<Record<string, { optional: boolean; shape: readonly number[]; integer: boolean }>>
  >
> = {
  molecule: {},
  nuclide: {
    z: { optional: false, shape: [], integer: true },
    n: { optional: false, shape: [], integer: true },
    a: { optional: false, shape: [], integer: true },
  },
  particles: {
    positions: { optional: false, shape: [-1, 3], integer: false },
    box: { optional: true, shape: [], integer: false },
    cutoff: { optional: true, shape: [], integer: false },
  },
};

/** Names of the columns a source step makes for one row; undefined when they have no names of their own. */
export function columnNames(source: SourceStep): readonly string[] | undefined {
  return source.step === 'descriptors' ? source.names : undefined;
}

/** What the number of bits set in a fingerprint is called, which describes a molecule where its bits are too many. */
export function bitsSetOf(input: string): string {
  return `${input}.bitsSet`;
}

/** How many numbers one row gets. */
export function columnCount(source: SourceStep): number {
  if (source.step === 'descriptors') return source.names.length;
  if (source.step === 'fingerprint')
    return source.type === 'maccs' ? MACCS_BITS : (source.bits ?? DEFAULT_BITS);
  return 1;
}

/** Quantities a domain range may bound, with their units; null where any descriptor name is one. */
export function quantityUnit(kind: InstanceKind, name: string): string {
  if (kind === 'molecule') return descriptorUnit(name as Parameters<typeof descriptorUnit>[0]);
  return '1';
}

export const QUANTITIES: Readonly<Record<Exclude<InstanceKind, 'molecule'>, readonly string[]>> = {
  /** asymmetry is (N − Z) / A; stabilityDistance is how many protons too many for the valley of stability at this A */
  nuclide: ['z', 'n', 'a', 'asymmetry', 'stabilityDistance'],
  /** density is particles / box³, known only with a box */
  particles: ['particles', 'density'],
};
