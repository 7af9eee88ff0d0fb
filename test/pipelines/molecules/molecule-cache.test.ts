import { afterAll, describe, expect, it } from '@jest/globals';
import { MoleculeWorker } from '../../../src/pipelines/molecules/molecule-worker-client.js';

const worker = new MoleculeWorker();
afterAll(() => worker.close());

describe('molecules that were read before', () => {
  it('are the same again, and are what is asked of them now', async () => {
    const morgan = (bits: number) => ({
      descriptors: ['amw' as const],
      fingerprints: [{ type: 'morgan' as const, radius: 2, bits }],
    });
    const texts = ['CCO', 'c1ccccc1', 'C1CC', 'CCO'];
    const first = await worker.read(texts, morgan(512));
    const again = await worker.read(texts, morgan(512));
    expect(again).toEqual(first);
    expect(first.map(({ readable }) => readable)).toEqual([true, true, false, true]);
    const [other] = await worker.read(['CCO'], morgan(1024));
    expect(other).toMatchObject({ readable: true, fingerprints: [{ length: 1024 }] });
    const [bare] = await worker.read(['CCO'], { descriptors: ['CrippenClogP'], fingerprints: [] });
    expect(bare).toMatchObject({ readable: true, fingerprints: [] });
    expect(bare?.readable === true && bare.descriptors[0]).toBeCloseTo(-0.0014, 4);
  });

  it('are drawn each time', async () => {
    const picture = (title: string) => ({
      descriptors: [],
      fingerprints: [],
      picture: { width: 100, height: 100, highlight: [], theme: 'LIGHT' as const, title },
    });
    const [one] = await worker.read(['CCO'], picture('one'));
    const [other] = await worker.read(['CCO'], picture('other'));
    expect(one).not.toEqual(other);
  });
});
