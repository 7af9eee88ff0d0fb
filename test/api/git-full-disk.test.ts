import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mayMount } from '../support/may-mount.js';
import { anyDatabaseKind } from '../support/databases.js';
import { gitClient, gitIsInstalled } from '../support/git-client.js';
import { startTestApp } from '../support/test-app.js';
import { publish, register } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

// Only root can make a disk that is full; elsewhere this shows as skipped.
describe.each(anyDatabaseKind)('git clone on a full disk, %s database', (kind) => {
  (gitIsInstalled && mayMount() ? it : it.skip)(
    'is refused in words with 507, and works once there is room',
    async () => {
      const app = await startTestApp({ kind });
      const client = await gitClient();
      const folder = join(app.config.dataDirectory, 'cache', 'git');
      const infoRefs = () => fetch(`${app.url}/git/crowded.git/info/refs?service=git-upload-pack`);
      await register(app, 'crowded', {
        card: 'Text that no disk of so few bytes has room for. '.repeat(2_000),
      });
      await publish(app, 'crowded', scalingModel(2));
      await mkdir(folder, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder]);
      try {
        const response = await infoRefs();
        const text = await response.text();
        expect({ status: response.status, text }).toEqual({
          status: 507,
          text: expect.stringContaining("The server's disk is full"),
        });
        expect(response.headers.get('content-type')).toContain('text/plain');
        expect(text).not.toContain(app.config.dataDirectory);
        const clone = await client.run(['clone', '-q', `${app.url}/git/crowded.git`, 'refused']);
        expect(clone.code).not.toBe(0);
        expect(clone.stderr).toContain('507');
      } finally {
        execFileSync('umount', [folder]);
      }
      try {
        expect((await infoRefs()).status).toBe(200);
        await client.git(['clone', '-q', `${app.url}/git/crowded.git`, 'whole']);
      } finally {
        await client.close();
        await app.close();
      }
    },
  );
});
