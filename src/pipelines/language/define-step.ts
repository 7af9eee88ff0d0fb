import type { z } from 'zod';
import type { FindUpload } from '../find-file.js';
import type { Molecule, MoleculeNeeds } from '../molecules/molecule-messages.js';
import type { RowError, WarningNote } from '../prediction.js';
import type { KindName, ValueKind } from './value-kind.js';
import type { RowNumbers, Values } from './values.js';

/** Under which heading docs/pipelines.md lists a step. */
export const STEP_GROUPS = [
  'numbers',
  'categories and dates',
  'molecules',
  'nuclei',
  'materials',
  'spectra and series',
  'images',
  'text',
  'particles',
  'answers',
] as const;

/** What a step may tell about single rows of its batch. */
export interface StepContext {
  /** How many rows the batch has. */
  readonly rows: number;
  /** This row has no answer, for this reason; whatever the step returns for it is dropped. */
  fail(row: number, error: RowError): void;
  warn(row: number, warning: WarningNote): void;
  /** What the version's attached `tokenizer.json` with this digest says; none have steps of answers. */
  readonly tokenizer?: (digest: string) => Readonly<Record<string, unknown>> | undefined;
  /** Finds files that callers uploaded, where instances may name them. */
  readonly upload?: FindUpload | undefined;
}

/** Makes the step's values of those it takes, for all rows of a batch. Never changes what it is given. */
export type StepRun = (values: readonly Values[], context: StepContext) => Values | Promise<Values>;

/** What of a molecule RDKit has to compute for a step. */
export type MoleculeNeed = Partial<Omit<MoleculeNeeds, 'picture' | 'standardize'>>;

/** Where in the lists of a molecule's row the things lie that a step asked for: each list's first place. */
export type MoleculePlaces = Readonly<
  Record<keyof Omit<MoleculeNeeds, 'picture' | 'skeleton' | 'standardize'>, number>
>;

/** A step that RDKit works for, in its threads. The needs of all steps of one molecule are computed together. */
export interface MoleculeWork<Parameters> {
  needs(parameters: Parameters): MoleculeNeed;
  /** The step's numbers for one molecule: as many as `gives` says, with their shape where that is free. */
  take(
    parameters: Parameters,
  ): (molecule: Molecule, places: MoleculePlaces) => ArrayLike<number> | RowNumbers;
}

export interface StepDefinition<Schema extends z.ZodObject = z.ZodObject> {
  /** As a pipeline says it. */
  readonly name: string;
  readonly group: (typeof STEP_GROUPS)[number];
  /** One sentence for docs/pipelines.md and for editors. */
  readonly summary: string;
  /** Its parameters, each with a description. `step` and `of` are added. */
  readonly parameters: Schema;
  /** The kinds it can be made of. */
  readonly takes: readonly KindName[];
  /** Whether it takes a list of several values; one only when left out. */
  readonly several?: true;
  /**
   * What it makes of values of these kinds.
   *
   * @throws StepFault when it cannot
   */
  gives(parameters: z.output<Schema>, kinds: readonly ValueKind[]): ValueKind;
  /** Prepares what a batch needs once for all, and returns what runs for each batch. Left out by steps of molecules. */
  readonly run?: (parameters: z.output<Schema>, kinds: readonly ValueKind[]) => StepRun;
  readonly molecule?: MoleculeWork<z.output<Schema>>;
}

/**
 * Declares a step: typed parameters, kinds in and out, and a pure function over whole columns. One file a step;
 * steps/index.ts lists them.
 */
export function defineStep<Schema extends z.ZodObject>(definition: StepDefinition<Schema>): StepDefinition {
  return definition;
}

/** Why a step cannot be as it is declared: thrown by `gives`, told with the step's path. */
export class StepFault extends Error {
  override readonly name = 'StepFault';

  /** @param path of the parameter at fault; empty for the step as a whole */
  constructor(
    readonly path: readonly string[],
    message: string,
  ) {
    super(message);
  }
}
