import type { Pipeline } from '../pipeline.js';
import { canonicalDescriptor, type DescriptorName } from '../molecules/descriptors.js';
import { bitsSetOf, columnCount } from '../columns.js';
import type {
  FingerprintNeed,
  Molecule,
  MoleculeNeeds,
  MoleculeRow,
} from '../molecules/molecule-messages.js';
import type { MoleculeWorker, ReadOptions } from '../molecules/molecule-worker-client.js';
import { RowError, type WarningNote } from '../prediction.js';
import type { SourceStep } from '../pipeline-schema.js';
import { moleculeText, type MoleculeText } from './molecule-text.js';
import type { Reading, SourceValue } from './reading.js';
import { partlyRead, unreadable } from './unreadable-molecule.js';

/** Reads SMILES strings, objects with one, or MOL files, each on its own. */
export async function readMolecules(
  pipeline: Pipeline,
  instances: readonly unknown[],
  molecules: MoleculeWorker,
  options: ReadOptions = {},
): Promise<Reading[]> {
  const plan = planOf(pipeline);
  const texts = instances.map(textOf);
  const readable = texts.flatMap((given) => (given instanceof RowError ? [] : [given.text]));
  const rows = (await molecules.read(readable, plan.needs, options)).values();
  return texts.map((given) => {
    if (given instanceof RowError) return { error: given.note };
    const row = rows.next().value;
    if (row === undefined) throw new Error('The molecule worker answered fewer rows than it was sent');
    return reading(given, row, plan, pipeline);
  });
}

/** What the worker has to compute, each thing once, and where each input finds its own. */
interface Plan {
  readonly needs: MoleculeNeeds;
  valuesOf(molecule: Molecule): Record<string, SourceValue>;
  quantitiesOf(molecule: Molecule): Record<string, number>;
}

function planOf(pipeline: Pipeline): Plan {
  const inputs = Object.entries(pipeline.inputs).map(([name, { steps }]) => [name, steps[0]] as const);
  const bounded = Object.keys(pipeline.domain?.ranges ?? {}) as DescriptorName[];
  const named = inputs.flatMap(([, source]) => (source.step === 'descriptors' ? source.names : []));
  const descriptors = [...new Set([...named, ...bounded].map(canonicalDescriptor))];
  const limited = new Set(bounded.map(canonicalDescriptor));
  const described = new Set([...bounded, ...named.filter((name) => !limited.has(canonicalDescriptor(name)))]);
  const printed = inputs.flatMap(([name, source]) =>
    source.step === 'fingerprint' ? [{ name, source }] : [],
  );
  const descriptor = (molecule: Molecule, name: DescriptorName) =>
    molecule.descriptors[descriptors.indexOf(canonicalDescriptor(name))] ?? NaN;
  return {
    needs: { descriptors, fingerprints: printed.map(({ source }) => needOf(source)) },
    valuesOf(molecule) {
      const bits = molecule.fingerprints.values();
      return Object.fromEntries(
        inputs.map(([input, source]) => {
          const data =
            source.step === 'descriptors'
              ? source.names.map((name) => descriptor(molecule, name))
              : (bits.next().value ?? new Uint8Array());
          return [input, { shape: [data.length], data }];
        }),
      );
    },
    quantitiesOf(molecule) {
      const quantities: Record<string, number> = {};
      for (const name of described) quantities[name] = descriptor(molecule, name);
      for (const [place, { name }] of printed.entries())
        quantities[bitsSetOf(name)] = sum(molecule.fingerprints[place] ?? []);
      return quantities;
    },
  };
}

function sum(bits: Iterable<number>): number {
  let count = 0;
  for (const bit of bits) count += bit;
  return count;
}

function needOf(source: Extract<SourceStep, { step: 'fingerprint' }>): FingerprintNeed {
  return {
    type: source.type,
    bits: columnCount(source),
    ...(source.radius === undefined ? {} : { radius: source.radius }),
  };
}

function textOf(instance: unknown): MoleculeText | RowError {
  try {
    return moleculeText(instance);
  } catch (error) {
    if (error instanceof RowError) return error;
    throw error;
  }
}

function reading(given: MoleculeText, row: MoleculeRow, plan: Plan, pipeline: Pipeline): Reading {
  if (!row.readable) return { error: unreadable(given, row.reason).note };
  if (row.heavyAtoms !== given.heavyAtoms) return { error: partlyRead(given, row.heavyAtoms).note };
  const { shown } = given;
  const warnings: WarningNote[] = [];
  const fragments = pipeline.instance.kind === 'molecule' ? pipeline.instance.fragments : 'accept';
  if (row.fragments > 1 && fragments !== 'accept') {
    const message = `${shown} has ${row.fragments} fragments (a salt or a mixture); the model reads them as one molecule`;
    if (fragments === 'reject')
      return {
        error: {
          code: given.format === 'SMILES' ? 'INVALID_SMILES' : 'INVALID_MOLBLOCK',
          message: `${shown} has ${row.fragments} fragments; this model takes one molecule without counter-ions`,
        },
      };
    warnings.push({ code: 'MULTIPLE_FRAGMENTS', message });
  }
  if (given.isBare && row.radicals > 0)
    warnings.push({
      code: 'BARE_ATOMS',
      message: `In ${shown} every atom stands in brackets without hydrogens, so the model reads ${row.radicals} unpaired electrons; if this is SELFIES, decode it to SMILES first`,
    });
  return { instance: { values: plan.valuesOf(row), quantities: plan.quantitiesOf(row), warnings } };
}
