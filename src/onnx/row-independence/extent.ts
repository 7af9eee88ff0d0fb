/** A whole number that a request brings along, such as the length of its sequences. */
export interface Unknown {
  readonly id: number;
  /** Whether it changes when rows are joined. All others are the same for every request of a joined run. */
  readonly countsRows: boolean;
  /** Whether it is a size, and so never negative. */
  readonly isSize: boolean;
}

const rows: Unknown = { id: 0, countsRows: true, isSize: true };

/** A size, or an element of a tensor of sizes: a number times quantities that are not known before a request comes. */
export class Extent {
  private constructor(
    readonly factor: number,
    /** By id; one that occurs twice is a square. */
    readonly unknowns: readonly Unknown[],
    /** Computed in 32 bits, as is what is computed from it. */
    readonly isNarrow = false,
  ) {}

  static of(value: number): Extent {
    return new Extent(value, []);
  }

  static unknown(unknown: Unknown): Extent {
    return new Extent(1, [unknown]);
  }

  static readonly ONE = Extent.of(1);
  /** How many rows run together. */
  static readonly ROWS = Extent.unknown(rows);

  static product(extents: readonly Extent[]): Extent {
    return extents.reduce((product, extent) => product.times(extent), Extent.ONE);
  }

  /** Null when it is not known. */
  get number(): number | null {
    return this.unknowns.length === 0 ? this.factor : null;
  }

  get countsRows(): boolean {
    return this.unknowns.some(({ countsRows }) => countsRows);
  }

  /** Whether it is the number of rows times something that is the same for every number of rows. */
  get isMultipleOfRows(): boolean {
    return this.unknowns.filter(({ countsRows }) => countsRows).length === 1 && this.unknowns.includes(rows);
  }

  /** How often the number of rows is a factor of it. */
  get timesRows(): number {
    return this.unknowns.filter((unknown) => unknown === rows).length;
  }

  /** Certainly not negative. */
  get isSize(): boolean {
    return this.factor >= 0 && this.unknowns.every(({ isSize }) => isSize);
  }

  get key(): string {
    return `${this.factor}*${this.unknowns.map(({ id }) => id).join('*')}`;
  }

  /** The same in 32 bits, or in more. */
  inBits(isNarrow: boolean): Extent {
    return this.isNarrow === isNarrow ? this : new Extent(this.factor, this.unknowns, isNarrow);
  }

  is(value: number): boolean {
    return this.number === value;
  }

  equals({ factor, unknowns }: Extent): boolean {
    return (
      this.factor === factor &&
      this.unknowns.length === unknowns.length &&
      this.unknowns.every(({ id }, index) => id === unknowns[index]?.id)
    );
  }

  times(other: Extent): Extent {
    const factor = this.factor * other.factor;
    if (factor === 0) return Extent.of(0);
    const unknowns = [...this.unknowns, ...other.unknowns].sort((a, b) => a.id - b.id);
    return new Extent(factor, unknowns, this.isNarrow || other.isNarrow);
  }

  /** The quotient where it has no remainder whatever the unknowns are; null where that cannot be told. */
  over(divisor: Extent): Extent | null {
    if (divisor.factor === 0) return null;
    const factor = this.factor / divisor.factor;
    if (!Number.isInteger(factor)) return null;
    const left = [...this.unknowns];
    for (const unknown of divisor.unknowns) {
      const index = left.indexOf(unknown);
      if (index < 0) return null;
      left.splice(index, 1);
    }
    return new Extent(factor, left);
  }

  /** The quotient as real numbers. */
  ratio(divisor: Extent): Extent | null {
    const unscaled = new Extent(1, this.unknowns).over(new Extent(1, divisor.unknowns));
    return unscaled === null || divisor.factor === 0
      ? null
      : new Extent(this.factor / divisor.factor, unscaled.unknowns);
  }
}

/** Makes the unknowns of one graph. */
export class Unknowns {
  private next = 1;
  private readonly computed = new Map<string, Extent>();

  fresh({ countsRows = false, isSize = true } = {}): Extent {
    return Extent.unknown({ id: this.next++, countsRows, isSize });
  }

  /** What a function of extents gives: the same unknown each time the same function is given the same extents. */
  computedFrom(name: string, extents: readonly Extent[], isSize = false): Extent {
    const key = `${name}(${extents.map((extent) => extent.key).join()})`;
    let result = this.computed.get(key);
    if (!result) {
      const countsRows = extents.some((extent) => extent.countsRows);
      this.computed.set(key, (result = this.fresh({ countsRows, isSize })));
    }
    return result;
  }

  sum(one: Extent, other: Extent): Extent {
    if (one.is(0)) return other;
    if (other.is(0)) return one;
    const unscaled = one.ratio(Extent.of(one.factor));
    const same = unscaled !== null && other.ratio(Extent.of(other.factor))?.equals(unscaled) === true;
    if (same) return unscaled.times(Extent.of(one.factor + other.factor));
    const sorted = [one, other].sort((a, b) => (a.key < b.key ? -1 : 1));
    return this.computedFrom('sum', sorted, one.isSize && other.isSize);
  }
}
