import { setTimeout as delay } from 'node:timers/promises';
import type { BenchRun } from '../support/bench-run.js';
import { emptyDatabase } from '../support/empty-database.js';
import { ownedDirectory } from '../support/owned.js';
import { startRetort, type RetortServer } from '../support/retort-server.js';
import { catalogContents, type CatalogContents } from './contents.js';
import { fillCatalog } from './fill-catalog.js';

const FULL = { models: 1_000, versions: 100 };
/** Enough that a page of a hundred is one. */
const QUICK = { models: 250, versions: 100 };
const EXAMPLES_PATIENCE_MS = 120_000;

export interface FilledCatalog extends AsyncDisposable {
  readonly retort: RetortServer;
  readonly contents: CatalogContents;
}

/**
 * An empty database, the examples as a first start publishes them, then everything else.
 *
 * @param onEmpty measures the catalog while it holds nothing but the examples
 */
export async function filledCatalog(
  { options, progress }: BenchRun,
  databaseUrl: string,
  onEmpty: (retort: RetortServer) => Promise<void> = async () => undefined,
): Promise<FilledCatalog> {
  const contents = catalogContents(options.quick ? QUICK : FULL);
  const directory = ownedDirectory();
  const start = (examples: boolean) =>
    startRetort(options, { databaseUrl, dataDirectory: directory.path, examples, countStatements: true });
  await emptyDatabase(databaseUrl);
  {
    await using retort = await start(true);
    await examplesReady(retort);
    await onEmpty(retort);
  }
  await fillCatalog(databaseUrl, contents, progress);
  const retort = await start(false);
  return {
    retort,
    contents,
    async [Symbol.asyncDispose]() {
      await retort[Symbol.asyncDispose]();
      directory.remove();
    },
  };
}

async function examplesReady(retort: RetortServer): Promise<void> {
  const deadline = performance.now() + EXAMPLES_PATIENCE_MS;
  while (performance.now() < deadline) {
    const { deployments } = await retort.graphql('{ deployments { edges { node { state } } } }', {});
    const { edges } = deployments as { edges: readonly { node: { state: string } }[] };
    if (edges.length === 3 && edges.every(({ node }) => node.state === 'READY')) return;
    await delay(200);
  }
  throw new Error('The examples were not ready in time.');
}
