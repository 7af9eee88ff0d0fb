import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { createTestDatabase, databaseKinds } from '../support/databases.js';
import { kills } from '../support/depth.js';
import { until } from '../support/until.js';
import { succeed } from './support/ask.js';
import { cancelJob, jobOf, pauseJob, resumeJob, startVerification } from './support/job-steps.js';
import { environmentOf, startServer, type ServerProcess } from './support/server-process.js';

const FILES = 24;
const BYTES = 1_500_000;

async function upload(server: ServerProcess, count: number): Promise<void> {
  for (let file = 0; file < count; file += 1) {
    const response = await fetch(`${server.url}/artifacts`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: randomBytes(BYTES),
    });
    expect(response.status).toBe(201);
  }
}

describe.each(databaseKinds)('a server killed in the middle of a job on %s', (kind) => {
  it('goes on where it had got: nothing from the start, nothing left out', async () => {
    const database = await createTestDatabase(kind);
    let server = await startServer(environmentOf(database));
    try {
      await upload(server, FILES);
      const held = await startVerification(server);
      await succeed(server, pauseJob, { input: { id: held.id } });
      const ended = await startVerification(server);
      await succeed(server, cancelJob, { input: { id: ended.id } });
      const { id } = await startVerification(server);
      let reached = 0;
      for (let kill = 1; kill <= kills(kind); kill += 1) {
        await until(async () => {
          const { progress, state } = await jobOf(server, id);
          reached = Math.max(reached, progress.done);
          return state === 'SUCCEEDED' || progress.done >= Math.min(FILES - 2, 4 * kill);
        });
        server.send('SIGKILL');
        await server.exited;
        server = await startServer(environmentOf(database));
        const { progress, startedAt } = await jobOf(server, id);
        expect(progress.done).toBeGreaterThanOrEqual(reached);
        expect(startedAt).not.toBeNull();
      }
      await until(async () => (await jobOf(server, id)).state === 'SUCCEEDED');
      const job = await jobOf(server, id);
      expect(job.attempts).toBeGreaterThan(1);
      expect(job.progress).toMatchObject({ done: FILES, total: FILES, failed: 0, share: 1 });
      expect(job.result).toMatchObject({ artifacts: FILES, sound: FILES, bytes: FILES * BYTES });

      // What was held or ended before stays so.
      expect((await jobOf(server, held.id)).state).toBe('PAUSED');
      expect((await jobOf(server, ended.id)).state).toBe('CANCELLED');
      await succeed(server, resumeJob, { input: { id: held.id } });
      await until(async () => (await jobOf(server, held.id)).state === 'SUCCEEDED');
      expect((await jobOf(server, held.id)).result).toMatchObject({ artifacts: FILES, sound: FILES });
    } finally {
      server.send('SIGKILL');
      await server.exited;
      await database.drop();
    }
  });
});
