import { afterAll, describe, expect, it } from '@jest/globals';
import { InstanceReader, MoleculeWorker } from '../../src/pipelines/index.js';
import { PipelineRunner, type Infer } from '../../src/predictions/index.js';
import { moleculePipeline } from './signatures.js';

const molecules = new MoleculeWorker({ timeLimitMs: 600_000 });
const runner = new PipelineRunner({ instances: new InstanceReader({ molecules }) });
afterAll(() => molecules.close());

/** Answers each input as the output `y`. */
const echo: Infer = (inputs) =>
  Promise.resolve(inputs.slice(0, 1).map((tensor) => ({ ...tensor, name: 'y' })));

/** A complete graph of uranium atoms: RDKit's chi descriptors walk all its paths, which takes the better part of a minute. */
function endless(): { molblock: string } {
  const atoms = Array.from({ length: 12 }, (_, atom) => atom + 1);
  const bonds = atoms.flatMap((first) =>
    atoms.filter((second) => second > first).map((second) => [first, second]),
  );
  const column = (value: number) => String(value).padStart(3);
  return {
    molblock: [
      'all with all',
      '',
      '',
      `${column(atoms.length)}${column(bonds.length)}  0  0  0  0  0  0  0  0999 V2000`,
      ...atoms.map(() => '    0.0000    0.0000    0.0000 U   0  0'),
      ...bonds.map((bond) => `${bond.map(column).join('')}  1  0`),
      'M  END',
    ].join('\n'),
  };
}

describe('more instances than there is time for', () => {
  const pipeline = moleculePipeline(2, [
    { step: 'descriptors', names: ['NumHeavyAtoms', 'molecularWeight'] },
  ]);

  it('answers those that were read, and says DEADLINE_EXCEEDED of the others, never that they were too complex', async () => {
    await runner.warmUp(pipeline);
    const instances = [
      'CCO',
      'c1ccccc1',
      endless(),
      ...Array.from({ length: 200 }, (_, n) => 'C'.repeat(n + 1)),
    ];
    const predictions = await runner.predict(pipeline, instances, echo, {
      endsAt: performance.now() + 4_000,
    });
    expect(predictions.slice(0, 2).map(({ value }) => (value as number[])[0])).toEqual([3, 6]);
    const late = predictions.slice(2);
    expect(new Set(late.map(({ error }) => error?.code))).toEqual(new Set(['DEADLINE_EXCEEDED']));
    expect(late[1]?.error?.message).toBe(
      '"C" was not read: the molecules before it used up the request\'s time; send fewer at once, or allow more with deadlineMs',
    );
    // Whoever comes next is answered at once.
    const [next] = await runner.predict(pipeline, ['CCO'], echo);
    expect(next?.error).toBeNull();
  });

  it('10,000 simple molecules are all answered', async () => {
    const instances = Array.from({ length: 10_000 }, (_, n) => `${'C'.repeat((n % 18) + 1)}O`);
    const predictions = await runner.predict(pipeline, instances, echo);
    expect(predictions.filter(({ error }) => error !== null)).toEqual([]);
    expect(predictions.map(({ value }) => (value as number[])[0])).toEqual(
      instances.map(({ length }) => length),
    );
  });
});
