import { randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { archiveFiles, sampleManifest, tarOf } from '../transfer/sample-archive.js';
import { createTestDatabase, databaseKinds } from '../support/databases.js';
import { kills } from '../support/depth.js';
import { patience } from '../support/patience.js';
import { succeed } from './support/ask.js';
import { environmentOf, startServer, type ServerProcess } from './support/server-process.js';
import { download, IMPORT, send, type Imported } from './support/transfer-steps.js';

const VERSIONS = 4;
const WEIGHTS = 100_000;
const ROUND_MS = 60_000;

/** y = mean(weights) · x: large enough that bringing it in takes a moment, and new bytes for every seed. */
function weightedModel(seed: number): Uint8Array {
  const graph = new GraphBuilder('weighted', { opset: 17 });
  const x = graph.input('x', 'FP32', ['rows', 2]);
  const weights = Array.from({ length: WEIGHTS }, (_, index) => Math.sin(seed + index));
  const mean = graph.node('ReduceMean', [graph.constant('weights', 'FP32', [WEIGHTS], weights)], {
    keepdims: 0n,
  });
  graph.node('Mul', [x, mean], {}, ['y']);
  graph.output('y', 'FP32', ['rows', 2]);
  return graph.build();
}

function archiveOf(name: string, seed: number): Buffer {
  const graphs = Array.from({ length: VERSIONS }, (_, index) => weightedModel(1_000 * seed + index));
  const manifest = sampleManifest(graphs);
  return tarOf(archiveFiles({ ...manifest, model: { ...manifest.model, name } }, graphs));
}

describe.each(databaseKinds)('a server killed in the middle of an import, %s database', (kind) => {
  const KILLS = kills(kind);
  it(
    `has the model wholly or not at all afterwards, ${KILLS} times`,
    async () => {
      const database = await createTestDatabase(kind);
      let server: ServerProcess | null = null;
      const outcomes: string[] = [];
      try {
        server = await startServer(environmentOf(database));
        const importIt = (api: ServerProcess, digest: string) =>
          succeed<Imported>(api, IMPORT, { input: { archive: { digest } } });
        let usualMs = Infinity;
        const measured = async (api: ServerProcess, digest: string) => {
          const began = performance.now();
          const imported = await importIt(api, digest);
          if (imported.changed) usualMs = Math.min(usualMs, performance.now() - began);
          return imported;
        };
        await measured(server, await send(server, archiveOf('measured', 0)));

        for (let round = 1; round <= KILLS; round += 1) {
          const name = `killed-${round}`;
          const archive = archiveOf(name, round);
          const digest = await send(server, archive);
          const importing = importIt(server, digest).catch(() => null);
          await delay(randomInt(Math.ceil(usualMs * 1.1)));
          server.send('SIGKILL');
          expect((await server.exited).stderr).not.toContain('Warning');
          const answer = await importing;

          server = await startServer(environmentOf(database));
          const there = await fetch(`${server.url}/models/${name}/archive`);
          const bytes = Buffer.from(await there.arrayBuffer());
          outcomes.push(there.status === 404 ? 'as before' : answer ? 'whole, and said so' : 'whole');
          // What was acknowledged is there; what was not is there wholly or not at all.
          if (there.status !== 404 || answer) expect(bytes.equals(archive)).toBe(true);
          expect(await readdir(join(database.dataDirectory, 'artifacts', 'tmp'))).toEqual([]);

          const again = await measured(server, digest);
          expect(again.changed).toBe(there.status === 404);
          expect((await download(server, name)).equals(archive)).toBe(true);
        }
      } finally {
        server?.send('SIGKILL');
        await server?.exited;
        await database.drop();
      }
      expect(outcomes).toHaveLength(KILLS);
      if (process.env.RETORT_TEST_KILLS !== undefined)
        process.stderr.write(`${kind}: ${outcomes.join('; ')}\n`);
    },
    patience(ROUND_MS * (KILLS + 2)),
  );
});
