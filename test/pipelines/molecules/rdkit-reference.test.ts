import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from '@jest/globals';
import { MoleculeWorker } from '../../../src/pipelines/index.js';
import { ATOM_FEATURES, BOND_FEATURES } from '../../../src/pipelines/molecules/graphs/graph-features.js';
import { RDKIT_DESCRIPTORS } from '../../../src/pipelines/molecules/descriptors.js';
import type { FingerprintNeed, Molecule } from '../../../src/pipelines/molecules/molecule-messages.js';
import { patience } from '../../support/patience.js';

interface Reference {
  readonly rdkit: string;
  readonly descriptors: readonly string[];
  readonly fingerprints: readonly string[];
  readonly molecules: readonly {
    readonly smiles: string;
    readonly descriptors: readonly number[];
    /** Bits, eight a byte, the first bit highest. */
    readonly fingerprints: readonly string[];
    readonly alerts: Readonly<Record<string, readonly string[]>>;
    readonly atoms: readonly (readonly number[])[];
    readonly bonds: readonly (readonly number[])[];
  }[];
  readonly alarming: readonly {
    readonly smiles: string;
    readonly alerts: Readonly<Record<string, readonly string[]>>;
  }[];
  readonly standard: readonly {
    readonly smiles: string;
    readonly fragment: string;
    readonly neutral: string;
  }[];
}

const folder = 'test/fixtures/rdkit-reference';
const reference = JSON.parse(gunzipSync(readFileSync(`${folder}/reference.json.gz`)).toString()) as Reference;
const { molecules, alarming } = reference;
const worker = new MoleculeWorker({ timeLimitMs: patience(5_000) });
afterAll(() => worker.close());
const inTime = () => ({ until: performance.now() + patience(60_000) });

async function readAll(
  smiles: readonly string[],
  needs: Partial<Parameters<MoleculeWorker['read']>[1]>,
): Promise<Molecule[]> {
  const rows = await worker.read(smiles, { descriptors: [], fingerprints: [], ...needs }, inTime());
  return rows.map((row) => {
    if (!row.readable) throw new Error(`Not read: ${row.reason}`);
    return row;
  });
}

function bitsOf(packed: string, count: number): number[] {
  const bytes = Buffer.from(packed, 'base64');
  return Array.from({ length: count }, (_, bit) => ((bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
}

describe("what Python's RDKit computes for 200 molecules of Delaney's", () => {
  it('has as many molecules, and all descriptors', () => {
    expect(molecules).toHaveLength(200);
    expect(reference.descriptors).toEqual(RDKIT_DESCRIPTORS);
  });

  it('is what every descriptor is here', async () => {
    const rows = await readAll(
      molecules.map(({ smiles }) => smiles),
      { descriptors: RDKIT_DESCRIPTORS },
    );
    const wrong = rows.flatMap((row, index) =>
      RDKIT_DESCRIPTORS.flatMap((name, place) => {
        const [value = NaN, wanted = NaN] = [row.descriptors[place], molecules[index]?.descriptors[place]];
        return Math.abs(value - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted))
          ? []
          : [{ smiles: molecules[index]?.smiles, name, value, wanted }];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it.each(reference.fingerprints.map((name, place) => [name, place] as const))(
    'is, bit by bit, the fingerprint %s',
    async (name, place) => {
      const [type, ...numbers] = name.split(' ');
      const [radius, bits] = numbers.length === 2 ? numbers : [undefined, numbers[0] ?? '167'];
      const need = {
        type,
        bits: Number(bits),
        ...(radius === undefined ? {} : { radius: Number(radius) }),
      } as FingerprintNeed;
      const rows = await readAll(
        molecules.map(({ smiles }) => smiles),
        { fingerprints: [need] },
      );
      const wrong = rows.flatMap((row, index) => {
        const wanted = bitsOf(molecules[index]?.fingerprints[place] ?? '', need.bits);
        const got = [...(row.fingerprints[0] ?? [])];
        const differing = wanted.flatMap((bit, at) => (bit === got[at] ? [] : [at]));
        return differing.length === 0 && got.length === need.bits
          ? []
          : [{ smiles: molecules[index]?.smiles, differing }];
      });
      expect(wrong).toEqual([]);
    },
  );

  it('is what the graph of each molecule has', async () => {
    const rows = await readAll(
      molecules.map(({ smiles }) => smiles),
      { graphs: [{ atoms: ATOM_FEATURES, bonds: BOND_FEATURES, hydrogens: false }] },
    );
    const wrong = rows.flatMap(({ graphs: [graph] }, index) => {
      const { atoms = [], bonds = [], smiles } = molecules[index] ?? {};
      const [from, to] = [bonds.flatMap(([a, b]) => [a, b]), bonds.flatMap(([a, b]) => [b, a])];
      const same =
        String(graph?.atomFeatures) === String(atoms.flat()) &&
        String(graph?.edges) === String([...from, ...to]) &&
        String(graph?.bondFeatures) === String(bonds.flatMap(([, , ...row]) => [...row, ...row]));
      return same ? [] : [{ smiles, got: String(graph?.atomFeatures), wanted: String(atoms.flat()) }];
    });
    expect(wrong).toEqual([]);
  });

  it('is what alerts each molecule has, and each of those that have many', async () => {
    const sets = ['pains-a', 'pains-b', 'pains-c', 'brenk'] as const;
    const judged = [...molecules, ...alarming];
    const rows = await readAll(
      judged.map(({ smiles }) => smiles),
      { alerts: [...sets, 'pains'] },
    );
    const wrong = rows.flatMap(({ alerts }, index) => {
      const { smiles, alerts: wanted = {} } = judged[index] ?? {};
      const expected = sets.map((set) => wanted[set] ?? []);
      const all = [...expected.slice(0, 3).flat()].sort();
      const got = alerts.map((names) => [...names].sort());
      return JSON.stringify(got) === JSON.stringify([...expected, all]) ? [] : [{ smiles, got, expected }];
    });
    expect(wrong).toEqual([]);
    expect(new Set(alarming.flatMap(({ alerts }) => Object.values(alerts).flat())).size).toBeGreaterThan(100);
  });

  it('is what standardising makes of salts and ions', async () => {
    const { standard } = reference;
    // What became of each is seen by its fingerprint and weight: beside the reference's own.
    const needs = {
      descriptors: ['amw', 'CrippenClogP'],
      fingerprints: [{ type: 'morgan', radius: 3, bits: 4096 }],
    } as const;
    for (const [step, part] of [
      ['largest-fragment', 'fragment'],
      ['neutralize', 'neutral'],
    ] as const) {
      const got = await readAll(
        standard.map(({ smiles }) => smiles),
        { ...needs, standardize: [step] },
      );
      const wanted = await readAll(
        standard.map((row) => row[part]),
        needs,
      );
      const told = ({ descriptors, fingerprints }: Molecule) => [descriptors, fingerprints];
      const wrong = standard.filter(
        (_, index) =>
          JSON.stringify(got.slice(index, index + 1).map(told)) !==
          JSON.stringify(wanted.slice(index, index + 1).map(told)),
      );
      expect(wrong.map((row) => [row.smiles, row[part]])).toEqual([]);
    }
  });
});
