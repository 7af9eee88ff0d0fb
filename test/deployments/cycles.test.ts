import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { COMPILED_QUICKLY } from '../api/support/server-process.js';
import { createTestDatabase } from '../support/databases.js';
import { rounds } from '../support/depth.js';

const script = fileURLToPath(new URL('support/cycle.mjs', import.meta.url));

interface Report {
  /** How many objects of each class outlive a full garbage collection after the last cycle. */
  readonly left: Readonly<Record<string, number>>;
  /** The same while one deployment serves. */
  readonly serving: Readonly<Record<string, number>>;
}

describe('deploying and undeploying again and again', () => {
  it('leaves nothing behind of what served in threads and in processes', async () => {
    const database = await createTestDatabase('embedded');
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [
        COMPILED_QUICKLY,
        script,
        database.dataDirectory,
        String(rounds(4)),
        String(rounds(2)),
      ]);
      const { left, serving } = JSON.parse(stdout) as Report;
      // The measure sees what serves: it is no proof otherwise.
      for (const [part, count] of Object.entries(serving)) expect([part, count > 0]).toEqual([part, true]);
      // The last one may still be in the hands of something that only its successor replaces.
      for (const [part, count] of Object.entries(left)) expect([part, count <= 2]).toEqual([part, true]);
    } finally {
      await database.drop();
    }
  });
});
