import { expect, it, jest } from '@jest/globals';
import { startTestApp } from '../support/test-app.js';
import { manyZeros } from './support/own-models.js';
import { infer, PATIENT_MS, processesOf, serveWith } from './support/serving-steps.js';

jest.setTimeout(PATIENT_MS);

it('an answer far beyond the limit is refused by its size, and never comes into the server', async () => {
  const app = await startTestApp({ kind: 'embedded', config: { bodyLimitBytes: 2 ** 20 } });
  const zeros = (count: number) =>
    infer(app, {
      deployment: 'zeros',
      inputs: [{ name: 'x', datatype: 'INT64', shape: [1], data: [count] }],
    });
  try {
    await serveWith(app, 'zeros', manyZeros(), {});
    const before = await processesOf(app, 'zeros');
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 2);
    const outcome = await zeros(50e6);
    clearInterval(watch);
    expect(outcome).toMatchObject({
      kind: 'refused',
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(
        'Expected an answer of at most 1048576 bytes of tensors, got 200000000',
      ),
    });
    expect(most).toBeLessThan(100e6);
    expect(await zeros(3)).toMatchObject({ data: [0, 0, 0] });
    // Joined, each may have as much as alone.
    const several = await Promise.all(Array.from({ length: 4 }, () => zeros(200_000)));
    for (const answer of several) expect(answer).toMatchObject({ kind: 'answered' });
    expect(before).toHaveLength(1);
  } finally {
    await app.close();
  }
});
