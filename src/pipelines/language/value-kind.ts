/** Numbers of one shape a row. */
export interface NumberKind {
  readonly kind: 'numbers';
  /** Of one row: [] is a scalar; -1 stands for an extent that differs from row to row. */
  readonly shape: readonly number[];
  /** `bits` are 0 or 1, `whole` are whole numbers; what a tensor of whole numbers or truth values can be filled with. */
  readonly holds: 'real' | 'whole' | 'bits';
  /** One for all places along the last dimension, or one for each; left out where nothing is known of it. */
  readonly unit?: string | readonly string[];
  /** Names of the places along the last dimension. */
  readonly names?: readonly string[];
  /** Whether a missing value may stand as NaN. */
  readonly gaps?: true;
}

/** Texts; `values` when they are one of a few. */
export interface TextKind {
  readonly kind: 'text';
  /** Of one row: [] is a single text. */
  readonly shape: readonly number[];
  readonly values?: readonly string[];
}

/** What steps make numbers of. The values of each are the objects its field reads. */
export const OBJECT_KINDS = [
  'date',
  'molecule',
  'nuclide',
  'particles',
  'element',
  'composition',
  'structure',
  'spectrum',
  'series',
  'image',
  'json',
] as const;

export interface ObjectKind {
  readonly kind: (typeof OBJECT_KINDS)[number];
  /** What a step has to know of all values alike, such as the unit of a spectrum's axis. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a field or a step gives for each row. */
export type ValueKind = NumberKind | TextKind | ObjectKind;
export type KindName = ValueKind['kind'];

export function isNumbers(kind: ValueKind): kind is NumberKind {
  return kind.kind === 'numbers';
}

/** How many numbers a row has; -1 where that differs from row to row. */
export function widthOf(shape: readonly number[]): number {
  return shape.includes(-1) ? -1 : shape.reduce((product, extent) => product * extent, 1);
}

/** How many places the last dimension has; -1 where that differs. */
export function columnsOf({ shape }: NumberKind): number {
  return shape.at(-1) ?? 1;
}

/** For messages: `a number`, `3 numbers`, `numbers of shape [-1,3]`, `a molecule`. */
export function describeKind(kind: ValueKind): string {
  switch (kind.kind) {
    case 'numbers': {
      const word = { real: 'number', whole: 'whole number', bits: 'bit' }[kind.holds];
      if (kind.shape.length === 0) return `a ${word}`;
      if (kind.shape.length === 1 && kind.shape[0] !== -1)
        return `${kind.shape[0] ?? 0} ${word}${kind.shape[0] === 1 ? '' : 's'}`;
      return `${word}s of shape [${kind.shape.join(',')}]`;
    }
    case 'text':
      return kind.values === undefined ? 'text' : `a category of ${kind.values.length}`;
    case 'particles':
      return 'particles';
    case 'series':
      return 'a series';
    case 'json':
      return 'JSON';
    case 'element':
    case 'image':
      return `an ${kind.kind}`;
    default:
      return `a ${kind.kind}`;
  }
}
