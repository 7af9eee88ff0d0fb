import { describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp } from '../support/test-app.js';

describe.each(databaseKinds)('a server that is stopped as soon as it is ready, %s database', (kind) => {
  it('waits for nothing but what it has begun', async () => {
    const app = await startTestApp({ kind });
    const asked = performance.now();
    expect(await app.app.close()).toBe(true);
    // Cleaning up what is old begins when the server is ready, with a transaction that must not meet a closed database:
    // it would wait 15 s for a connection.
    expect(performance.now() - asked).toBeLessThan(10_000);
    await app.close();
  });
});
