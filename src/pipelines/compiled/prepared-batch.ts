import type { Tensor } from '../../tensors/index.js';
import type { Values } from '../language/index.js';
import type { RowErrorNote, WarningNote } from '../prediction.js';
import type { CompiledPipeline } from './compile-pipeline.js';
import { TensorRows } from './tensor-rows.js';

/** What describes instances that were read together. */
export interface PreparedPart {
  /** The places of its rows among the instances. */
  readonly places: readonly number[];
  readonly slots: readonly (Values | undefined)[];
}

/** Instances ready for the graph: those that could be read, one row each, in their order. */
export class PreparedBatch {
  /** By the place of the instance. */
  readonly errors = new Map<number, RowErrorNote>();
  private readonly placesOfRows: number[] = [];
  private readonly warningsOf = new Map<number, WarningNote[]>();
  private readonly inputs: readonly TensorRows[];
  private readonly parts: { readonly from: number; readonly part: PreparedPart }[] = [];

  constructor(
    private readonly compiled: CompiledPipeline,
    capacity: number,
  ) {
    this.inputs = compiled.inputs.map((input) => new TensorRows(input, capacity, compiled.rowwise));
  }

  get rows(): number {
    return this.placesOfRows.length;
  }

  /** Whether rows may share a run, as far as their tensors' shapes go. */
  get isStacked(): boolean {
    return this.compiled.stacked && this.inputs.every((input) => input.areAlike(0, this.rows));
  }

  /** The place of a row among the instances. */
  placeOf(row: number): number {
    return this.placesOfRows[row] ?? -1;
  }

  warnings(row: number): readonly WarningNote[] {
    return this.warningsOf.get(this.placeOf(row)) ?? [];
  }

  /** Input tensors of one run for rows `from` to before `to`. */
  tensors(from: number, to: number): Tensor[] {
    return this.inputs.map((input) => input.tensor(from, to));
  }

  /** What a row is described by, before any transform: descriptors, fields and what ranges may bound. */
  quantities(row: number): Readonly<Record<string, number>> {
    const found = this.parts.findLast(({ from }) => from <= row);
    const quantities: Record<string, number> = {};
    if (found === undefined) return quantities;
    for (const quantity of this.compiled.quantities) {
      const values = found.part.slots[quantity.slot];
      const value = values && quantity.of(values, row - found.from);
      if (value !== undefined) quantities[quantity.name] = value;
    }
    return quantities;
  }

  /** Takes rows of which all numbers have been checked. */
  add(part: PreparedPart): void {
    for (const [place, { slot }] of this.compiled.inputs.entries()) {
      const values = part.slots[slot];
      if (values) this.inputs[place]?.write(values);
    }
    this.parts.push({ from: this.rows, part: this.described(part) });
    for (const place of part.places) this.placesOfRows.push(place);
  }

  checkHeld(part: PreparedPart, fail: (row: number, error: { readonly note: RowErrorNote }) => void): void {
    for (const [place, { slot }] of this.compiled.inputs.entries()) {
      const values = part.slots[slot];
      if (values) this.inputs[place]?.check(values, fail);
    }
  }

  warn(place: number, warning: WarningNote): void {
    const known = this.warningsOf.get(place);
    if (known) known.push(warning);
    else this.warningsOf.set(place, [warning]);
  }

  fail(place: number, error: RowErrorNote): void {
    if (!this.errors.has(place)) this.errors.set(place, error);
  }

  /** Only what quantities are of is kept. */
  private described({ places, slots }: PreparedPart): PreparedPart {
    const wanted = new Set(this.compiled.quantities.map(({ slot }) => slot));
    return { places, slots: slots.map((values, slot) => (wanted.has(slot) ? values : undefined)) };
  }
}
