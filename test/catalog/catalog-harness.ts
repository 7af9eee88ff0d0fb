import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtifactStore } from '../../src/artifacts/index.js';
import { CatalogService, type RegisterModelInput } from '../../src/catalog/index.js';
import { GraphBuilder } from '../../src/onnx/index.js';
import { ModelInspector } from '../../src/runtime/index.js';
import { InstanceReader, MoleculeWorker } from '../../src/pipelines/index.js';
import { createLogger } from '../../src/platform/logging.js';
import type { Database } from '../../src/platform/database/index.js';
import { EventLog, type EventRecord } from '../../src/platform/events/index.js';
import { RemoteEngines, RuntimeGraphs } from '../../src/runtime/index.js';
import { openTestDatabase, type DatabaseKind } from '../support/databases.js';
import { ArtifactSources } from '../../src/sources/index.js';

export const caller = { actor: 'ada', requestId: 'request-1' };

/** `y = scale · x` on any number of rows of two. */
export function linearModel(scale: number): Uint8Array {
  const graph = new GraphBuilder('linear', {
    opset: 17,
    producer: 'test',
    metadata: { scale: String(scale) },
  });
  const x = graph.input('x', 'FP32', ['batch', 2]);
  graph.node('Mul', [x, graph.constant('scale', 'FP32', [1], [scale])], {}, ['y']);
  graph.output('y', 'FP32', ['batch', 2]);
  return graph.build();
}

export interface CatalogHarness {
  readonly catalog: CatalogService;
  readonly database: Database;
  readonly events: EventLog;
  readonly artifacts: ArtifactStore;
  /** How many operations the catalog has sent to the database through `counted`. */
  readonly counted: CatalogService;
  operations(): number;
  register(name: string, more?: Partial<RegisterModelInput>): Promise<void>;
  publish(model: string, scale?: number): Promise<number>;
  eventsSince(cursor: bigint): Promise<EventRecord[]>;
  close(): Promise<void>;
}

/** The catalog with its real parts: database, event log, artifact store and ONNX inspector. */
export async function openCatalog(kind: DatabaseKind): Promise<CatalogHarness> {
  const handle = await openTestDatabase(kind);
  const directory = await mkdtemp(join(tmpdir(), 'retort-catalog-'));
  const logger = createLogger('silent');
  const events = new EventLog(handle.client, logger);
  const artifacts = await ArtifactStore.open({ directory, maxBytes: 1_000_000 });
  const inspector = new ModelInspector();
  let operations = 0;
  const counting = handle.client.$extends({
    query: {
      $allOperations({ args, query }) {
        operations += 1;
        return query(args);
      },
    },
  }) as unknown as Database;
  const molecules = new MoleculeWorker();
  const instances = new InstanceReader({ molecules });
  const graphs = new RuntimeGraphs({ artifacts, inspector, directory: join(directory, 'derived') });
  const secrets = { find: () => Promise.resolve(null) };
  const remotes = new RemoteEngines({ hosts: [], secrets });
  const sources = new ArtifactSources({ directory, maxBytes: 1_000_000 });
  const parts = { events, artifacts, graphs, instances, remotes, sources };
  const catalog = new CatalogService({ database: handle.client, ...parts });
  return {
    catalog,
    database: handle.client,
    events,
    artifacts,
    counted: new CatalogService({ database: counting, ...parts }),
    operations: () => operations,
    async register(name, more = {}) {
      await catalog.registerModel(caller, { name, domain: 'GENERAL', ...more });
    },
    async publish(model, scale = 2) {
      const base64 = Buffer.from(linearModel(scale)).toString('base64');
      return (await catalog.publishVersion(caller, { model, artifact: { base64 } })).number;
    },
    eventsSince: (cursor) => events.page({ after: cursor, take: 100, fromEnd: false }),
    async close() {
      await inspector.close();
      await molecules.close();
      await events.close();
      await handle.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
