import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { startApp, type App, type AppOptions } from '../../src/app.js';
import type { Config } from '../../src/platform/config.js';
import { parseConfig } from '../../src/platform/config.js';
import { MoleculeWorker } from '../../src/pipelines/index.js';
import { WrongKeys } from '../../src/security/index.js';
import { createLogger, type Logger } from '../../src/platform/logging.js';
import { counted } from './costs.js';
import { lendTestDatabase, type DatabaseKind } from './databases.js';
import { lendWithExamples } from './example-template.js';
import { startEmbedded } from './kept-databases.js';
import { startInspector } from './kept-inspectors.js';
import { sharedMolecules } from './shared-molecules.js';

export interface GraphqlAnswer {
  // The suites read answers of many shapes; what is missing shows as undefined in the assertion.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
  readonly errors?: readonly { message: string; path?: unknown[]; extensions: Record<string, unknown> }[];
  readonly extensions?: { readonly requestId?: string };
}

export interface TestApp {
  readonly url: string;
  readonly app: App;
  readonly config: Config;
  /** One GraphQL request over real HTTP. */
  graphql(
    query: string,
    variables?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<GraphqlAnswer>;
  /** A real graphql-ws client on a real socket; closed with the app. */
  subscriber(connectionParams?: Record<string, unknown>): Client;
  upload(bytes: Uint8Array): Promise<{ digest: string; size: number }>;
  /** Stops the server but keeps its data, for a restart by `startTestApp({ reuse })`. */
  stop(): Promise<void>;
  /** Stops and removes everything. */
  close(): Promise<void>;
}

/** The whole server in this process, on a free port, with a database of its own. */
export async function startTestApp(options: {
  readonly kind: DatabaseKind;
  /**
   * Off by default: most suites publish their own models. They were published and deployed once for the whole run, and the
   * server finds them as after a restart.
   */
  readonly examples?: boolean;
  readonly config?: Partial<Config>;
  /** How GraphQL over HTTP is answered; TEST_GRAPHQL_COMPILED=never or always sets it for a whole run. */
  readonly graphqlPaths?: AppOptions['graphqlPaths'];
  /** Fetches files from addresses; by default only from the public internet. */
  readonly downloader?: AppOptions['downloader'];
  /** What runs in the thread that reads molecules; by default RDKit. */
  readonly moleculeEntry?: URL;
  /** JSON that is larger is looked through in another thread. */
  readonly largeJsonBytes?: number;
  /** Slows down whoever tries keys; by default not at all. */
  readonly wrongKeys?: WrongKeys;
  readonly onRequestEnded?: AppOptions['onRequestEnded'];
  /** Certificates by which remote engines are trusted, besides the system's own. */
  readonly remoteAuthorities?: string;
  /** By default rules are looked at when a test says so. */
  readonly alerts?: AppOptions['alerts'];
  /** By default as loud as TEST_LOG_LEVEL. */
  readonly logger?: Logger;
  /** The data of an app that was stopped before, or of anything else that has some. */
  readonly reuse?: {
    readonly config: Pick<Config, 'dataDirectory' | 'databaseUrl'>;
    close(): Promise<void>;
  };
}): Promise<TestApp> {
  const database = options.reuse
    ? { ...options.reuse.config, drop: () => options.reuse?.close() ?? Promise.resolve() }
    : await counted(`database lent, ${options.kind}`, () =>
        options.examples ? lendWithExamples(options.kind) : lendTestDatabase(options.kind),
      );
  const config: Config = {
    ...parseConfig({}),
    port: 0,
    logLevel: 'silent',
    examples: options.examples ?? false,
    workers: 1,
    dataDirectory: database.dataDirectory,
    databaseUrl: database.databaseUrl,
    ...options.config,
  };
  const ownMolecules = options.moleculeEntry && new MoleculeWorker({ entry: options.moleculeEntry });
  const logger = options.logger ?? createLogger(process.env.TEST_LOG_LEVEL ?? 'silent');
  const start = `server started, ${options.kind}${config.examples ? ', with examples' : ''}`;
  const app = await counted(start, async () => {
    const started = await startApp(config, logger, {
      startEmbedded,
      startInspector,
      graphqlPaths: { compiled: compiledByEnvironment(), ...options.graphqlPaths },
      ...(options.downloader && { downloader: options.downloader }),
      ...(options.remoteAuthorities !== undefined && { remoteAuthorities: options.remoteAuthorities }),
      ...(options.alerts && { alerts: options.alerts }),
      molecules: ownMolecules ?? sharedMolecules,
      ...(options.largeJsonBytes !== undefined && { largeJsonBytes: options.largeJsonBytes }),
      ...(options.onRequestEnded && { onRequestEnded: options.onRequestEnded }),
      // Suites that try many wrong keys are not slowed down.
      wrongKeys: options.wrongKeys ?? new WrongKeys(async () => undefined),
    });
    await started.ready;
    return started;
  });

  const clients: Client[] = [];
  let stopped: Promise<void> | null = null;
  const stop = () => {
    stopped ??= (async () => {
      for (const client of clients) await client.dispose();
      await counted('server stopped', () => app.close());
      await ownMolecules?.close();
    })();
    return stopped;
  };
  const authorization: Record<string, string> =
    config.apiKey === undefined ? {} : { authorization: `Bearer ${config.apiKey}` };

  return {
    url: app.url,
    app,
    config,
    async graphql(query, variables, headers) {
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization, ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return (await response.json()) as GraphqlAnswer;
    },
    subscriber(connectionParams = authorization) {
      const client = createClient({
        url: `${app.url.replace(/^http/, 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        connectionParams,
        retryAttempts: 0,
      });
      clients.push(client);
      return client;
    },
    async upload(bytes) {
      const response = await fetch(`${app.url}/artifacts`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', ...authorization },
        body: Buffer.from(bytes),
      });
      if (!response.ok) throw new Error(`upload failed: ${response.status} ${await response.text()}`);
      return (await response.json()) as { digest: string; size: number };
    },
    stop,
    async close() {
      await stop();
      await counted(`database given back, ${options.kind}`, () => database.drop());
    },
  };
}

function compiledByEnvironment(): 'known' | 'never' | 'always' {
  const { TEST_GRAPHQL_COMPILED: wanted } = process.env;
  return wanted === 'never' || wanted === 'always' ? wanted : 'known';
}
