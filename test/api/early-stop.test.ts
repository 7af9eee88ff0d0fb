import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { patience } from '../support/patience.js';
import { startTestApp } from '../support/test-app.js';

describe.each(databaseKinds)('a server that is stopped as soon as it is ready, %s database', (kind) => {
  it('waits for nothing but what it has begun', async () => {
    const app = await startTestApp({ kind });
    const asked = performance.now();
    expect(await app.app.close()).toBe(true);
    // Cleaning up what is old begins when the server is ready, with a transaction that must not meet a closed database:
    // it would wait 15 s for a connection.
    expect(performance.now() - asked).toBeLessThan(patience(12_000));
    await app.close();
  });
});

describe('a server that is stopped', () => {
  it('does not wait for connections that browsers and load balancers open in advance', async () => {
    // Whoever waited for the drain's end would wait for longer than the test may take.
    const app = await startTestApp({ kind: 'embedded', config: { drainMs: 86_400_000 } });
    const { hostname, port } = new URL(app.url);
    const unused = connect(Number(port), hostname).resume();
    await once(unused, 'connect');
    const [clean] = await Promise.all([app.app.close(), once(unused, 'close')]);
    expect(clean).toBe(true);
    await app.close();
  });
});
