import type { DeclaredField } from '../graph/graph-schema.js';
import type { GraphNodes, GraphStep } from '../graph/graph-nodes.js';
import {
  asItems,
  dense,
  formOf,
  type MoleculePlaces,
  type RowNumbers,
  type StepRun,
  type ValueKind,
  widthOf,
} from '../language/index.js';
import type { LoadedMolecule } from '../instances/load-molecules.js';
import type { AlertSet } from '../molecules/alerts/alert-sets.js';
import type { Standardization } from '../molecules/standardize/standardizer.js';
import { RowError } from '../prediction.js';
import type { Molecule, MoleculeNeeds } from '../molecules/molecule-messages.js';

export interface CompiledStep {
  readonly name: string;
  readonly slot: number;
  readonly of: readonly number[];
  readonly run: StepRun;
  /** For molecules that a step made: their text is then read by RDKit. */
  readonly load: MoleculeLoad | undefined;
}

/** What RDKit computes for the molecules of one field or step: all that the steps made of them need. */
export interface MoleculeLoad {
  readonly needs: MoleculeNeeds;
  readonly fragments: 'warn' | 'accept' | 'reject';
  /** Sets of alerts that an instance is warned of; where their names begin among the needs. */
  readonly warnOf: { readonly sets: readonly AlertSet[]; readonly place: number };
}

/** Prepares steps for batches, and gathers what RDKit has to compute for each molecule, each thing once. */
export function compileSteps(
  instance: Readonly<Record<string, DeclaredField>>,
  { kinds, steps }: GraphNodes,
  slot: (name: string) => number,
): { readonly loads: ReadonlyMap<string, MoleculeLoad>; readonly steps: readonly CompiledStep[] } {
  const loads = new Map<string, Gathered>();
  for (const [name, { kind }] of kinds) if (kind === 'molecule') loads.set(name, gathering(instance[name]));
  const runs = steps.map((step) => runOf(step, loads));
  return {
    loads,
    steps: steps.map(({ name, of }, place) => ({
      name,
      slot: slot(name),
      of: of.map(slot),
      run: runs[place] ?? missing(name),
      load: loads.get(name),
    })),
  };
}

type ListName = keyof MoleculePlaces;
type Lists = { [Key in ListName]: NonNullable<MoleculeNeeds[Key]>[number][] };

interface Gathered extends MoleculeLoad {
  readonly needs: Lists & Pick<MoleculeNeeds, 'standardize'>;
}

function gathering(field: DeclaredField | undefined): Gathered {
  const fragments = field?.fragments;
  // As the molecule field's settings have been parsed.
  const standardize = (field?.standardize ?? []) as readonly Standardization[];
  const sets = (field?.alerts ?? []) as readonly AlertSet[];
  return {
    needs: {
      descriptors: [],
      fingerprints: [],
      alerts: [...sets],
      graphs: [],
      ...(standardize.length > 0 && { standardize }),
    },
    warnOf: { sets, place: 0 },
    // What a step made of a molecule has been told of already.
    fragments: fragments === 'warn' || fragments === 'reject' ? fragments : 'accept',
  };
}

function runOf(
  { definition, parameters, takes, of, gives }: GraphStep,
  loads: Map<string, Gathered>,
): StepRun {
  const { molecule, run } = definition;
  if (molecule === undefined) return run?.(parameters, takes) ?? missing(definition.name);
  const load = loads.get(of[0] ?? '');
  if (load === undefined) throw new Error(`"${definition.name}" takes molecules`);
  const needs = molecule.needs(parameters);
  const places: MoleculePlaces = {
    descriptors: added(load.needs.descriptors, needs.descriptors),
    fingerprints: added(load.needs.fingerprints, needs.fingerprints),
    alerts: added(load.needs.alerts, needs.alerts),
    graphs: added(load.needs.graphs, needs.graphs),
  };
  return ofMolecules(molecule.take(parameters), places, gives);
}

/** Puts what is needed behind what was, unless it is there in one piece; answers where it begins. */
function added<T>(list: T[], more: readonly T[] = []): number {
  const texts = list.map((one) => JSON.stringify(one));
  const wanted = more.map((one) => JSON.stringify(one));
  for (let from = 0; from + wanted.length <= texts.length; from++)
    if (wanted.every((text, place) => texts[from + place] === text)) return from;
  return list.push(...more) - more.length;
}

function ofMolecules(
  take: (molecule: Molecule, places: MoleculePlaces) => ArrayLike<number> | RowNumbers,
  places: MoleculePlaces,
  gives: ValueKind,
): StepRun {
  if (gives.kind !== 'numbers') throw new Error('A step of molecules gives numbers');
  const width = widthOf(gives.shape);
  if (formOf(gives) === 'ragged')
    return ([molecules], context) => ({
      form: 'ragged',
      rows: (asItems(molecules) as readonly LoadedMolecule[]).map(({ molecule }, row) => {
        try {
          return take(molecule, places) as RowNumbers;
        } catch (error) {
          if (!(error instanceof RowError)) throw error;
          context.fail(row, error);
          return { shape: [0], data: [] };
        }
      }),
    });
  const isBits = gives.holds === 'bits';
  return ([molecules], { rows }) => {
    const data = isBits ? new Uint8Array(rows * width) : new Float64Array(rows * width);
    for (const [row, { molecule }] of (asItems(molecules) as readonly LoadedMolecule[]).entries())
      data.set(take(molecule, places) as ArrayLike<number>, row * width);
    return dense(width, data);
  };
}

function missing(step: string): never {
  throw new Error(`The step "${step}" has nothing to run`);
}
