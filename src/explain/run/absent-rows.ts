import type { InstanceReader, MoleculeWorker, PreparedBatch } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import { fieldsOf, type Fields } from '../games/fields-of.js';
import type { ExplanationNote } from '../explanation.js';
import { TensorSpace } from '../tensors/tensor-space.js';
import type { ExplainedRequest } from './explained.js';

/** Mixtures that are tried beforehand; of more, the first that is no instance ends the explanation. */
const MOST_TRIED = 20_000;

/** Rows that absent quantities are taken from: the background, or the baseline, read once for all instances of a request. */
export class AbsentRows {
  readonly warnings: ExplanationNote[] = [];
  private prepared: Promise<PreparedBatch | null> | null = null;

  constructor(
    private readonly reader: InstanceReader,
    private readonly request: ExplainedRequest,
    private readonly signal: AbortSignal,
    readonly molecules: MoleculeWorker,
  ) {}

  /** @throws DomainError METHOD_NOT_APPLICABLE for texts, and rows of the batch that share nothing */
  spaceOf(batch: PreparedBatch): { readonly space: TensorSpace; readonly instance: Float64Array } {
    const tensors = batch.tensors(0, 1);
    const space = TensorSpace.of(this.request.pipeline, tensors, batch.isStacked);
    if (space === null)
      throw new DomainError(
        'METHOD_NOT_APPLICABLE',
        'An input of the graph holds texts, which are no numbers to attribute to: ask for features FIELDS or TOKENS.',
        { field: ['features'] },
      );
    return { space, instance: space.vectorOf(tensors) };
  }

  /** @returns null rows where there is neither background nor baseline */
  async vectors(space: TensorSpace): Promise<{
    readonly rows: readonly Float64Array[] | null;
    readonly description: string | null;
    readonly notes: readonly string[];
  }> {
    const { baseline } = this.request.input;
    if (typeof baseline === 'number') {
      const rows = [new Float64Array(space.width).fill(baseline)];
      const notes = [
        'Whether the baseline lies inside the domain of the model is not known: it is no instance.',
      ];
      return { rows, description: `every number ${baseline}`, notes };
    }
    const batch = await this.read();
    if (batch === null) return { rows: null, description: 'every number 0', notes: [] };
    const rows = Array.from({ length: batch.rows }, (_, row) => {
      const tensors = batch.tensors(row, row + 1);
      if (!space.holds(tensors))
        throw this.refuse(
          `${this.nameOf(batch.placeOf(row))}: its tensors have the shapes ${shapesOf(tensors)}, the instance's ${shapesOf(space.inputs)}. Absent numbers can only be taken from rows of the same shape`,
          batch.placeOf(row),
        );
      return space.vectorOf(tensors);
    });
    return { rows, description: this.description, notes: [] };
  }

  /**
   * @param own the instance: stored rows are left out whose mixtures with it are no instances, such as nuclides that do not exist
   * @throws DomainError INVALID_BACKGROUND, INVALID_BASELINE
   */
  async fields(own: Fields): Promise<{
    readonly rows: readonly Fields[];
    readonly description: string;
    readonly notes: readonly string[];
  }> {
    const { pipeline, input } = this.request;
    if (typeof input.baseline === 'number') {
      const { baseline } = input;
      const row = Object.fromEntries(Object.keys(own).map((name) => [name, baseline]));
      return { rows: [row], description: `every field ${baseline}`, notes: [] };
    }
    const batch = await this.read();
    if (batch === null)
      throw new DomainError(
        'INVALID_BACKGROUND',
        `${this.request.version.ref} carries no training data, so nothing says what absent fields are: give background.instances, background.recorded or a baseline.`,
        { field: ['background'] },
      );
    const instances = this.instances();
    const rows = Array.from({ length: batch.rows }, (_, row) => {
      const fields = fieldsOf(pipeline, instances[batch.placeOf(row)], batch.quantities(row));
      if (fields === null)
        throw this.refuse(`${this.nameOf(batch.placeOf(row))} has not all fields`, batch.placeOf(row));
      return fields;
    });
    const isGiven = input.background?.instances !== null && input.background !== null;
    if (isGiven || input.baseline !== null) return { rows, description: this.description, notes: [] };
    const { kept, why } = await this.mixable(own, rows);
    if (kept.length === rows.length) return { rows, description: this.description, notes: [] };
    if (kept.length === 0)
      throw new DomainError(
        'INVALID_BACKGROUND',
        `No row of the background can be mixed with the instance: ${why} Give background.instances nearer to it, or ask for features INPUTS.`,
        { field: ['background'] },
      );
    return {
      rows: kept,
      description: this.description,
      notes: [
        `${rows.length - kept.length} of ${rows.length} rows of the background were left out: mixed with the instance they are none (${why}).`,
      ],
    };
  }

  private async mixable(
    own: Fields,
    rows: readonly Fields[],
  ): Promise<{ readonly kept: readonly Fields[]; readonly why: string }> {
    const names = Object.keys(own);
    const subsets = 2 ** names.length;
    if (subsets * rows.length > MOST_TRIED) return { kept: rows, why: '' };
    const mixtures = rows.flatMap((row) =>
      Array.from({ length: subsets }, (_, bits) => ({
        ...row,
        ...Object.fromEntries(names.flatMap((name, at) => ((bits >> at) & 1 ? [[name, own[name]]] : []))),
      })),
    );
    const { errors } = await this.reader.prepare(this.request.pipeline, mixtures, { signal: this.signal });
    const [why] = errors.values();
    const kept = rows.filter((_, row) =>
      Array.from({ length: subsets }, (_unused, bits) => row * subsets + bits).every(
        (place) => !errors.has(place),
      ),
    );
    return { kept, why: why?.message ?? '' };
  }

  private get description(): string {
    return this.request.input.baseline === null
      ? (this.request.background?.description ?? '')
      : 'the baseline given';
  }

  private instances(): readonly unknown[] {
    const { input, background } = this.request;
    return input.baseline !== null ? [input.baseline] : (background?.instances ?? []);
  }

  private read(): Promise<PreparedBatch | null> {
    return (this.prepared ??= this.prepare());
  }

  /** Given rows must all be instances; stored ones that are not any more are left out. */
  private async prepare(): Promise<PreparedBatch | null> {
    const { pipeline, input, background } = this.request;
    const instances = this.instances();
    if (instances.length === 0) return null;
    const batch = await this.reader.prepare(pipeline, instances, { signal: this.signal });
    const isGiven = input.baseline !== null || input.background?.instances != null;
    const [fault] = batch.errors;
    if (fault && (isGiven || batch.rows === 0))
      throw this.refuse(`${this.nameOf(fault[0])}: ${fault[1].message}`, fault[0]);
    if (input.baseline !== null)
      for (const warning of batch.warnings(0))
        this.warnings.push({ code: warning.code, message: `The baseline: ${warning.message}` });
    if (background && fault)
      this.warnings.push({
        code: 'BACKGROUND_ROWS_LEFT_OUT',
        message: `${batch.errors.size} of ${instances.length} rows of the background cannot be read (${fault[1].message}) and were left out.`,
      });
    return batch;
  }

  private nameOf(place: number): string {
    return this.request.input.baseline !== null
      ? 'The baseline is no instance of the model'
      : `Row ${place + 1} of the background`;
  }

  private refuse(message: string, place: number): DomainError {
    const isBaseline = this.request.input.baseline !== null;
    return new DomainError(
      isBaseline ? 'INVALID_BASELINE' : 'INVALID_BACKGROUND',
      `${message.replace(/\.$/u, '')}. Expected what the model itself is asked.`,
      {
        field: isBaseline
          ? ['baseline']
          : [...(this.request.background?.field ?? ['background']), String(place)],
      },
    );
  }
}

function shapesOf(tensors: readonly { readonly name: string; readonly shape: readonly number[] }[]): string {
  return tensors.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', ');
}
