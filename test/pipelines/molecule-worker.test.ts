import { execFileSync } from 'node:child_process';
import { afterAll, describe, expect, it } from '@jest/globals';
import { MoleculeWorker } from '../../src/pipelines/index.js';
import {
  RDKIT_DESCRIPTORS,
  canonicalDescriptor,
  DESCRIPTOR_NAMES,
} from '../../src/pipelines/molecules/descriptors.js';
import type { MoleculeNeeds, MoleculeRow } from '../../src/pipelines/molecules/molecule-messages.js';
import { patience } from '../support/patience.js';

const weight: MoleculeNeeds = { descriptors: ['amw'], fingerprints: [] };
const ASPIRIN = 'CC(=O)Oc1ccccc1C(=O)O';
const worker = new MoleculeWorker();
afterAll(() => worker.close());

/** However busy the machine is. */
const inTime = () => ({ until: performance.now() + patience(60_000) });
const numbers = (row: MoleculeRow | undefined) => (row?.readable ? row.descriptors : undefined);
const reasons = (rows: readonly MoleculeRow[]) => rows.map((row) => (row.readable ? 'read' : row.reason));

/**
 * The complete graph of 12 uranium atoms, each bonded to every other. RDKit's chi descriptors walk all its paths,
 * which takes the better part of a minute.
 */
function endlessSmiles(): string {
  const atoms = 12;
  const closures = Array.from({ length: atoms }, () => '');
  let label = 10;
  for (let first = 0; first < atoms; first++)
    for (let second = first + 2; second < atoms; second++, label++) {
      for (const end of [first, second]) closures[end] = `${closures[end] ?? ''}%${label}`;
    }
  return closures.map((closure) => `[U]${closure}`).join('');
}

describe('MoleculeWorker', () => {
  it("gives aspirin's descriptors and fingerprint bits", async () => {
    const [row] = await worker.read([ASPIRIN], {
      descriptors: ['CrippenClogP', 'tpsa', 'amw', 'NumRotatableBonds', 'aromaticProportion'],
      fingerprints: [
        { type: 'morgan', radius: 2, bits: 2048 },
        { type: 'maccs', bits: 167 },
      ],
    });
    const expected = [1.3101, 63.6, 180.159, 2, 6 / 13];
    expect(numbers(row)?.map((value, index) => Math.abs(value - (expected[index] ?? NaN)) < 1e-6)).toEqual(
      Array(5).fill(true),
    );
    const bits = row?.readable ? row.fingerprints : [];
    expect(bits.map((print) => [print.length, print.filter((bit) => bit === 1).length])).toEqual([
      [2048, 24],
      [167, 21],
    ]);
  });

  it('knows every descriptor the installed RDKit computes, and no other', async () => {
    const [row] = await worker.read([ASPIRIN], { descriptors: RDKIT_DESCRIPTORS, fingerprints: [] });
    expect(numbers(row)?.filter((value) => !Number.isFinite(value))).toEqual([]);
    expect(RDKIT_DESCRIPTORS).toHaveLength(43);
    const canonical = new Set<string>(DESCRIPTOR_NAMES.map(canonicalDescriptor));
    expect([...canonical].sort()).toEqual(['aromaticProportion', ...RDKIT_DESCRIPTORS].sort());
  });

  it('agrees with OpenChemLib, an independent toolkit, on what has one definition', async () => {
    const molecules = [
      ASPIRIN,
      'CCO',
      'c1ccc2cc3ccccc3cc2c1',
      'CN1C(=O)CN=C(c2ccccc2)c2cc(Cl)ccc12',
      'Oc1ccc2ccccc2c1',
    ];
    const rows = await worker.read(molecules, {
      descriptors: ['amw', 'NumHeavyAtoms', 'CrippenClogP'],
      fingerprints: [],
    });
    // In a process of its own: OpenChemLib reads its tables ten times slower inside jest's module sandbox.
    const output = execFileSync(process.execPath, ['test/pipelines/openchemlib-child.js', ...molecules]);
    const others = JSON.parse(output.toString()) as { weight: number; heavyAtoms: number; logP: number }[];
    expect(others).toHaveLength(molecules.length);
    for (const [index, other] of others.entries()) {
      const [mass = NaN, heavyAtoms, logP = NaN] = numbers(rows[index]) ?? [];
      expect(Math.abs(mass - other.weight)).toBeLessThan(0.02);
      expect(heavyAtoms).toBe(other.heavyAtoms);
      // Two parametrisations of logP: close, never equal.
      expect(Math.abs(logP - other.logP)).toBeLessThan(0.4);
    }
  });

  it('says of each row why it can not be read', async () => {
    const rows = await worker.read(['CCO', 'C1CC', '*C', 'C'.repeat(1500), 'CCO'], weight);
    expect(reasons(rows)).toEqual(['read', 'SYNTAX', 'WILDCARD', 'CRASHED', 'read']);
    expect(numbers(rows[4])).toEqual(numbers(rows[0]));
  });

  it('counts fragments, also those a ring closure joins', async () => {
    const rows = await worker.read(['[Na+].[Cl-]', 'C1.C1', 'CCO', 'O.O.O'], weight);
    expect(rows.map((row) => row.readable && row.fragments)).toEqual([2, 1, 1, 3]);
  });

  it('keeps the order of thousands of rows, and of requests side by side', async () => {
    const chains = Array.from({ length: 700 }, (_, index) => 'C'.repeat(1 + (index % 9)));
    const [one, other] = await Promise.all([
      worker.read(chains, weight),
      worker.read([...chains].reverse(), weight),
    ]);
    expect(one.map(numbers)).toEqual([...other].reverse().map(numbers));
    expect(new Set(one.map((row) => numbers(row)?.[0])).size).toBe(9);
  });

  it('replaces a thread that hangs: the culprit alone has no answer', async () => {
    const impatient = new MoleculeWorker({ timeLimitMs: patience(1_000) });
    try {
      await impatient.warmUp();
      const [rows, neighbour] = await Promise.all([
        impatient.read(['CCO', endlessSmiles(), 'CCO'], weight, inTime()),
        impatient.read(['CCO'], weight, inTime()),
      ]);
      expect(reasons(rows)).toEqual(['read', 'TIMEOUT', 'read']);
      expect(reasons(neighbour)).toEqual(['read']);
    } finally {
      await impatient.close();
    }
  });

  it('reads what there is time for, and says of the others that they were late', async () => {
    const busy = new MoleculeWorker({ timeLimitMs: 60_000 });
    try {
      await busy.warmUp();
      const rows = await busy.read(['CCO', endlessSmiles(), 'CCC', 'CCO'], weight, {
        until: performance.now() + patience(700),
      });
      expect(reasons(rows)).toEqual(['read', 'LATE', 'LATE', 'read']);
      // Whoever comes next finds a thread that works.
      expect(reasons(await busy.read(['CCC'], weight))).toEqual(['read']);
    } finally {
      await busy.close();
    }
  });

  it('shares many molecules between threads, in order', async () => {
    const two = new MoleculeWorker({ threads: 2 });
    try {
      const many = Array.from({ length: 700 }, (_, index) => `${'C'.repeat(1 + (index % 175))}O`);
      const rows = await two.read(many, { descriptors: ['NumHeavyAtoms'], fingerprints: [] }, inTime());
      expect(rows.map((row) => numbers(row)?.[0])).toEqual(many.map(({ length }) => length));
    } finally {
      await two.close();
    }
  });

  it('stops for an abort, and is unavailable once closed', async () => {
    await expect(
      worker.read(['C'], weight, { signal: AbortSignal.abort(new Error('gone')) }),
    ).rejects.toThrow('gone');
    const closed = new MoleculeWorker();
    await closed.close();
    await expect(closed.read(['C'], weight)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('ends what is being read when it is closed', async () => {
    const closing = new MoleculeWorker();
    await closing.warmUp();
    const reading = closing.read([endlessSmiles()], weight);
    const outcome = expect(reading).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await closing.close();
    await outcome;
  });
});
