import type { Pipeline } from '../pipeline.js';
import { canonicalDescriptor, type DescriptorName } from '../molecules/descriptors.js';
import { columnCount } from '../columns.js';
import type {
  FingerprintNeed,
  Molecule,
  MoleculeNeeds,
  MoleculeRow,
  Unreadable,
} from '../molecules/molecule-messages.js';
import type { MoleculeWorker } from '../molecules/molecule-worker-client.js';
import { RowError, type PredictionNote } from '../prediction.js';
import type { SourceStep } from '../pipeline-schema.js';
import { describeValue, isObject, quote } from './describe-value.js';
import { objectWith } from './fields.js';
import type { Reading, SourceValue } from './reading.js';

/** Longer ones are polymers or mistakes, and RDKit's time grows faster than their length. */
export const MAXIMUM_SMILES_LENGTH = 2_000;

const EXPECTED = 'a SMILES string such as "CCO", or {"smiles": "CCO"}';

/** Reads SMILES strings, or objects with one, each on its own. */
export async function readMolecules(
  pipeline: Pipeline,
  instances: readonly unknown[],
  molecules: MoleculeWorker,
  signal?: AbortSignal,
): Promise<Reading[]> {
  const plan = planOf(pipeline);
  const texts = instances.map(smilesOf);
  const readable = texts.filter((text) => typeof text === 'string');
  const rows = (await molecules.read(readable, plan.needs, signal)).values();
  return texts.map((text) => {
    if (typeof text !== 'string') return { error: text.note };
    const row = rows.next().value;
    if (row === undefined) throw new Error('The molecule worker answered fewer rows than it was sent');
    return reading(text, row, plan, pipeline);
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
  const prints = inputs.flatMap(([, source]) => (source.step === 'fingerprint' ? [needOf(source)] : []));
  const descriptor = (molecule: Molecule, name: DescriptorName) =>
    molecule.descriptors[descriptors.indexOf(canonicalDescriptor(name))] ?? NaN;
  return {
    needs: { descriptors, fingerprints: prints },
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
    quantitiesOf: (molecule) => Object.fromEntries(bounded.map((name) => [name, descriptor(molecule, name)])),
  };
}

function needOf(source: Extract<SourceStep, { step: 'fingerprint' }>): FingerprintNeed {
  return {
    type: source.type,
    bits: columnCount(source),
    ...(source.radius === undefined ? {} : { radius: source.radius }),
  };
}

function smilesOf(instance: unknown): string | RowError {
  try {
    const given = isObject(instance) ? objectWith(instance, ['smiles'], EXPECTED).smiles : instance;
    if (typeof given !== 'string')
      return new RowError(
        'INVALID_INSTANCE',
        `Expected ${EXPECTED}, got ${describeValue(isObject(instance) && given !== undefined ? given : instance)}`,
      );
    const text = given.trim();
    if (text === '') return new RowError('INVALID_SMILES', `The SMILES is empty: expected ${EXPECTED}`);
    if (text.length > MAXIMUM_SMILES_LENGTH)
      return new RowError(
        'INVALID_SMILES',
        `The SMILES has ${text.length} characters: expected at most ${MAXIMUM_SMILES_LENGTH}`,
      );
    // RDKit would take what follows a space as a name, and braces as its own JSON.
    // eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
    const stray = /[\s{}\u0000-\u001f]/.exec(text)?.[0];
    if (stray !== undefined)
      return new RowError(
        'INVALID_SMILES',
        `${quote(text)} is not a SMILES string: it contains ${quote(stray)}; send one molecule for each instance, without a name`,
      );
    return text;
  } catch (error) {
    if (error instanceof RowError) return error;
    throw error;
  }
}

function reading(smiles: string, row: MoleculeRow, plan: Plan, pipeline: Pipeline): Reading {
  if (!row.readable) return { error: unreadable(smiles, row.reason).note };
  const warnings: PredictionNote[] = [];
  const fragments = pipeline.instance.kind === 'molecule' ? pipeline.instance.fragments : 'accept';
  if (row.fragments > 1 && fragments !== 'accept') {
    const message = `${quote(smiles)} has ${row.fragments} fragments (a salt or a mixture); the model reads them as one molecule`;
    if (fragments === 'reject')
      return {
        error: {
          code: 'INVALID_SMILES',
          message: `${quote(smiles)} has ${row.fragments} fragments; this model takes one molecule without counter-ions`,
        },
      };
    warnings.push({ code: 'MULTIPLE_FRAGMENTS', message });
  }
  return { instance: { values: plan.valuesOf(row), quantities: plan.quantitiesOf(row), warnings } };
}

function unreadable(smiles: string, reason: Unreadable['reason']): RowError {
  const text = quote(smiles);
  switch (reason) {
    case 'SYNTAX':
      return new RowError(
        'INVALID_SMILES',
        `${text} is not a SMILES string RDKit can read; check ring closures, brackets, valences and aromaticity`,
      );
    case 'EMPTY':
      return new RowError('INVALID_SMILES', `${text} has no atoms; expected ${EXPECTED}`);
    case 'WILDCARD':
      return new RowError(
        'INVALID_SMILES',
        `${text} contains a wildcard atom (*), which is no element; expected a whole molecule`,
      );
    case 'CRASHED':
      return new RowError(
        'MOLECULE_TOO_COMPLEX',
        `RDKit failed on ${text}, usually because the molecule is too large; expected a molecule of at most some hundred atoms`,
      );
    case 'TIMEOUT':
      return new RowError(
        'MOLECULE_TOO_COMPLEX',
        `RDKit took too long on ${text} and was stopped; expected a molecule without so many fused rings`,
      );
    case 'BUDGET':
      return new RowError(
        'MOLECULE_TOO_COMPLEX',
        `${text} was not read: the molecules before it used up the request's time; send fewer or simpler ones`,
      );
  }
}
