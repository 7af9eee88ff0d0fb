import type { FindUpload } from '../find-file.js';
import { domainWarning } from '../instances/domain-warnings.js';
import { loadMolecules } from '../instances/load-molecules.js';
import type { MoleculeText } from '../instances/molecule-text.js';
import { asItems, keepRows, type Values } from '../language/index.js';
import type { MoleculeWorker, ReadOptions } from '../molecules/molecule-worker-client.js';
import type { RowError, WarningNote } from '../prediction.js';
import type { TokenizerDescription } from '../texts/text-encoder.js';
import type { CompiledPipeline } from './compile-pipeline.js';
import type { MoleculeLoad } from './compile-steps.js';
import { PreparedBatch } from './prepared-batch.js';
import { readFields } from './read-fields.js';

/** Rows that go through the steps together: enough to pay for each call, few enough to stay in the caches. */
const ROWS = 1_024;
/** Of molecules more, so that all of RDKit's threads have some. */
const MOLECULES = 2_048;

/** Sees the values of each step as they are made, for previews. */
export type Watch = (name: string, values: Values, places: readonly number[]) => void;

export interface PrepareOptions {
  readonly molecules: MoleculeWorker;
  readonly reading?: ReadOptions;
  readonly watch?: Watch;
  /** Finds files that instances name; left out where they may name none. */
  readonly uploads?: FindUpload;
  /** Of the version's attachments, by digest. */
  readonly tokenizers?: ReadonlyMap<string, TokenizerDescription>;
}

/**
 * Takes instances through all steps of a pipeline.
 *
 * @throws DomainError UNAVAILABLE when molecules cannot be read at the moment; `signal.reason` on abort
 */
export async function prepare(
  compiled: CompiledPipeline,
  instances: readonly unknown[],
  options: PrepareOptions,
): Promise<PreparedBatch> {
  const batch = new PreparedBatch(compiled, instances.length);
  const size = compiled.hasMolecules ? MOLECULES : ROWS;
  for (let from = 0; from < instances.length; from += size) {
    const part = new Part(compiled, batch, options, {
      from,
      count: Math.min(size, instances.length - from),
    });
    const columns = readFields(compiled, instances.slice(from, from + size), part);
    for (const [place, values] of columns.entries()) part.put(compiled.fields[place]?.slot ?? -1, values);
    part.dropFailed();
    for (const { slot, load, name } of compiled.fields) {
      if (load) await part.load(slot, load);
      part.show(slot, name);
    }
    for (const step of compiled.steps) {
      if (part.rows === 0) break;
      const made = step.run(
        step.of.map((slot) => part.values(slot)),
        part,
      );
      part.put(step.slot, made instanceof Promise ? await made : made);
      part.dropFailed();
      if (step.load) await part.load(step.slot, step.load);
      part.show(step.slot, step.name);
    }
    part.finish();
  }
  return batch;
}

/** Rows on their way through the steps; those that fail are dropped at once, in every column. */
class Part {
  private readonly slots: (Values | undefined)[] = [];
  private places: number[];
  private failed: Set<number> | null = null;

  constructor(
    private readonly compiled: CompiledPipeline,
    private readonly batch: PreparedBatch,
    private readonly options: PrepareOptions,
    { from, count }: { readonly from: number; readonly count: number },
  ) {
    this.places = new Array<number>(count);
    for (let row = 0; row < count; row++) this.places[row] = from + row;
  }

  get upload(): FindUpload | undefined {
    return this.options.uploads;
  }

  get rows(): number {
    return this.places.length;
  }

  readonly fail = (row: number, error: Pick<RowError, 'note'>): void => {
    this.batch.fail(this.places[row] ?? -1, error.note);
    (this.failed ??= new Set()).add(row);
  };

  readonly warn = (row: number, warning: WarningNote): void => {
    this.batch.warn(this.places[row] ?? -1, warning);
  };

  readonly tokenizer = (digest: string): TokenizerDescription | undefined =>
    this.options.tokenizers?.get(digest);

  put(slot: number, values: Values): void {
    this.slots[slot] = values;
  }

  values(slot: number): Values {
    const values = this.slots[slot];
    if (values === undefined) throw new Error('A step runs before those it is made of');
    return values;
  }

  show(slot: number, name: string): void {
    const { watch } = this.options;
    const values = this.slots[slot];
    if (watch && values) watch(name, values, this.places);
  }

  dropFailed(): void {
    const { failed } = this;
    if (failed === null) return;
    this.failed = null;
    const kept = this.places.flatMap((_, row) => (failed.has(row) ? [] : [row]));
    this.places = kept.map((row) => this.places[row] ?? -1);
    for (const [slot, values] of this.slots.entries()) if (values) this.slots[slot] = keepRows(values, kept);
  }

  async load(slot: number, load: MoleculeLoad): Promise<void> {
    if (this.rows === 0) return;
    const { molecules, reading } = this.options;
    const texts = asItems(this.values(slot)) as readonly MoleculeText[];
    const items = await loadMolecules(texts, load, molecules, this, reading);
    this.put(slot, { form: 'items', items });
    this.dropFailed();
  }

  finish(): void {
    const { batch, compiled } = this;
    if (this.rows === 0) return;
    const part = () => ({ places: this.places, slots: this.slots });
    batch.checkHeld(part(), this.fail);
    this.dropFailed();
    for (const { quantity, slot, min, max } of compiled.bounds) {
      const values = this.values(slot);
      for (let row = 0; row < this.rows; row++) {
        const value = quantity.of(values, row);
        if (value !== undefined && !(value >= min && value <= max))
          this.warn(row, domainWarning(quantity, value, { min, max, source: compiled.domainSource }));
      }
    }
    batch.add(part());
  }
}
