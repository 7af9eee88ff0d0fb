import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { z } from 'zod';
import { isAddressRange } from './address-range.js';
import { StartupError } from './errors.js';
import { isRemoteHost } from './remote-hosts.js';
import { similarNames } from './similar-names.js';
import { sourceConfig, sourceVariables, type SourceConfig } from './source-config.js';
import { parseTelemetry, type TelemetryConfig } from './telemetry-config.js';

/** Every setting Retort has. Read once, here; nothing else looks at the environment. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Holds artifacts and, without `databaseUrl`, the embedded database. One process at a time. */
  readonly dataDirectory: string;
  /** A real PostgreSQL; undefined means the embedded database. */
  readonly databaseUrl: string | undefined;
  /** Use data directory and database together from now on, whatever they were used with before. */
  readonly adoptData: boolean;
  /** Addresses and ranges of proxies whose X-Forwarded-For says who called. */
  readonly trustedProxies: readonly string[];
  /** Origins whose pages may call this server; `*` is all of them. */
  readonly allowedOrigins: readonly string[];
  /** WebSockets open at a time. */
  readonly maxSockets: number;
  /** When set, every request and socket must carry it. Required to bind beyond loopback. */
  readonly apiKey: string | undefined;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly maxArtifactBytes: number;
  /** Of one archive on its way in. */
  readonly maxArchiveBytes: number;
  readonly bodyLimitBytes: number;
  /** What the bodies of all requests together may take in memory, from their first byte to the answer. */
  readonly bodyMemoryBytes: number;
  readonly dashboard: boolean;
  readonly graphiql: boolean;
  readonly introspection: boolean;
  /** Worker threads that deployments with isolation THREAD share. */
  readonly workers: number;
  /** Memory that all loaded models together may take; those idle longest are unloaded to make room. */
  readonly modelMemoryBytes: number;
  /** Publish and deploy the examples into an empty catalog. */
  readonly examples: boolean;
  /** Days after which request events may be pruned; what happened to models and deployments is kept for ever. */
  readonly requestEventDays: number;
  /** Days after which jobs that are over are removed. */
  readonly jobDays: number;
  /** What files for jobs and their results may take on disk together. */
  readonly jobBytes: number;
  /** Holds secrets by their names, which is all anybody else refers to them by. */
  readonly secretsFile: string | undefined;
  /** Hosts that webhooks may reach although they are in a private network or speak plain HTTP: `host` or `host:port`. */
  readonly webhookHosts: readonly string[];
  /** Hosts that remote engines may be reached at: `host`, `host:port`, `*.domain`, a range of addresses. Empty: the public internet. */
  readonly remoteHosts: readonly string[];
  /** Where files that callers name may be fetched from. */
  readonly sources: SourceConfig;
  /** Measure every request. */
  readonly metrics: boolean;
  /** Days for which measurements are kept, as one for each hour in the end. */
  readonly metricsDays: number;
  /** Holds the Python environments of converters. */
  readonly convertersDirectory: string;
  /** How long one conversion may take, and how much memory. */
  readonly converterMs: number;
  readonly converterMemoryBytes: number;
  /** Whether models that are pickles, and so programs, may be converted. */
  readonly trustPickles: boolean;
  /** How long SIGTERM waits for running requests before it gives up on them. */
  readonly drainMs: number;
  /** Null: neither traces nor metrics leave the server. */
  readonly telemetry: TelemetryConfig | null;
}

const GIB = 1024 ** 3;
const MAX_WORKERS = 64;
const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0'])
    .transform((value) => value === 'true' || value === '1')
    .default(fallback);
const integer = (from: number, to: number, fallback: number) =>
  z
    .string()
    .regex(/^\d+$/, `expected a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((value) => value >= from && value <= to, `expected a whole number from ${from} to ${to}`)
    .default(fallback);
/** Separated by commas. */
const list = (isEntry: (entry: string) => boolean, expected: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .refine((entries) => entries.every(isEntry), `expected ${expected}, separated by commas`);

const environment = z.object({
  PORT: integer(0, 65_535, 4000),
  HOST: z.string().default('127.0.0.1'),
  RETORT_DATA: z.string().default('./data'),
  DATABASE_URL: z
    .string()
    .refine(isPostgresUrl, 'expected a URL like postgresql://user:password@host:5432/database')
    .optional(),
  RETORT_ADOPT_DATA: flag(false),
  RETORT_API_KEY: z
    .string()
    .min(16, 'expected at least 16 characters, for example from: openssl rand -hex 24')
    .optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  RETORT_MAX_ARTIFACT_BYTES: integer(1, Number.MAX_SAFE_INTEGER, 2 * GIB),
  RETORT_MAX_ARCHIVE_BYTES: integer(1, Number.MAX_SAFE_INTEGER, 16 * GIB),
  RETORT_BODY_LIMIT_BYTES: integer(1024, GIB, 32 * 1024 ** 2),
  RETORT_TRUSTED_PROXIES: list(isAddressRange, 'addresses and ranges such as 10.0.0.0/8').default([]),
  RETORT_ALLOWED_ORIGINS: list(isOrigin, 'origins such as https://app.example.org, without a path,')
    .refine((origins) => origins.length === 1 || !origins.includes('*'), 'expected * to stand alone')
    .default([]),
  RETORT_MAX_SOCKETS: integer(1, 1_000_000, 2_000),
  RETORT_BODY_MEMORY_BYTES: integer(1024 ** 2, Number.MAX_SAFE_INTEGER, defaultBodyMemory()),
  RETORT_DASHBOARD: flag(true),
  RETORT_GRAPHIQL: flag(true),
  RETORT_INTROSPECTION: flag(true),
  RETORT_WORKERS: integer(1, MAX_WORKERS, Math.min(MAX_WORKERS, availableParallelism())),
  RETORT_MODEL_MEMORY_BYTES: integer(1024 ** 2, Number.MAX_SAFE_INTEGER, Math.floor(usableMemory() / 2)),
  RETORT_EXAMPLES: flag(true),
  RETORT_REQUEST_EVENT_DAYS: integer(1, 36_500, 30),
  RETORT_JOB_DAYS: integer(1, 36_500, 30),
  RETORT_JOB_BYTES: integer(1, Number.MAX_SAFE_INTEGER, 64 * GIB),
  RETORT_SECRETS_FILE: z.string().optional(),
  RETORT_WEBHOOK_HOSTS: list(
    isHost,
    'hosts such as alerts.internal, 10.0.0.7 or [::1]:8443, without a scheme or path,',
  ).default([]),
  RETORT_REMOTE_HOSTS: list(
    isRemoteHost,
    'hosts such as engine.internal, 10.0.0.7:8080, *.engines.internal or 10.0.0.0/8, without a scheme or path,',
  ).default([]),
  ...sourceVariables,
  RETORT_METRICS: flag(true),
  RETORT_METRICS_DAYS: integer(1, 3_650, 90),
  RETORT_CONVERTERS: z.string().optional(),
  RETORT_CONVERTER_MS: integer(1, 7 * 86_400_000, 30 * 60_000),
  RETORT_CONVERTER_MEMORY_BYTES: integer(
    64 * 1024 ** 2,
    Number.MAX_SAFE_INTEGER,
    Math.min(8 * GIB, Math.floor(usableMemory() / 2)),
  ),
  RETORT_TRUST_PICKLES: flag(false),
  RETORT_DRAIN_MS: integer(0, 600_000, 10_000),
});

/**
 * @throws StartupError naming each setting at fault, what it should look like and what came; secrets are not repeated.
 */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  // An empty variable, or one of blanks, is how shells and compose files spell "not set".
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = environment.safeParse(present);
  const telemetry = parseTelemetry(present);
  if (!parsed.success || 'issues' in telemetry) {
    const issues = [...(parsed.error?.issues ?? []), ...('issues' in telemetry ? telemetry.issues : [])];
    const problems = issues.map((issue) => {
      const name = String(issue.path[0]);
      const got = isSecret(name) ? '' : `, got "${present[name] ?? ''}"`;
      return `${name}: ${issue.message}${got}`;
    });
    throw new StartupError(
      `The settings cannot be used. ${problems.join('; ')}. Correct them and start again.`,
    );
  }
  const settings = parsed.data;
  return {
    port: settings.PORT,
    host: settings.HOST,
    dataDirectory: resolve(settings.RETORT_DATA),
    databaseUrl: settings.DATABASE_URL,
    adoptData: settings.RETORT_ADOPT_DATA,
    trustedProxies: settings.RETORT_TRUSTED_PROXIES,
    allowedOrigins: settings.RETORT_ALLOWED_ORIGINS,
    maxSockets: settings.RETORT_MAX_SOCKETS,
    apiKey: settings.RETORT_API_KEY,
    logLevel: settings.LOG_LEVEL,
    maxArtifactBytes: settings.RETORT_MAX_ARTIFACT_BYTES,
    maxArchiveBytes: settings.RETORT_MAX_ARCHIVE_BYTES,
    bodyLimitBytes: settings.RETORT_BODY_LIMIT_BYTES,
    bodyMemoryBytes: settings.RETORT_BODY_MEMORY_BYTES,
    dashboard: settings.RETORT_DASHBOARD,
    graphiql: settings.RETORT_GRAPHIQL,
    introspection: settings.RETORT_INTROSPECTION,
    workers: settings.RETORT_WORKERS,
    modelMemoryBytes: settings.RETORT_MODEL_MEMORY_BYTES,
    examples: settings.RETORT_EXAMPLES,
    requestEventDays: settings.RETORT_REQUEST_EVENT_DAYS,
    jobDays: settings.RETORT_JOB_DAYS,
    jobBytes: settings.RETORT_JOB_BYTES,
    secretsFile:
      settings.RETORT_SECRETS_FILE === undefined ? undefined : resolve(settings.RETORT_SECRETS_FILE),
    webhookHosts: settings.RETORT_WEBHOOK_HOSTS.map((host) => host.toLowerCase()),
    remoteHosts: settings.RETORT_REMOTE_HOSTS.map((host) => host.toLowerCase()),
    sources: sourceConfig(settings),
    metrics: settings.RETORT_METRICS,
    metricsDays: settings.RETORT_METRICS_DAYS,
    convertersDirectory: resolve(settings.RETORT_CONVERTERS ?? join(settings.RETORT_DATA, 'converters')),
    converterMs: settings.RETORT_CONVERTER_MS,
    converterMemoryBytes: settings.RETORT_CONVERTER_MEMORY_BYTES,
    trustPickles: settings.RETORT_TRUST_PICKLES,
    drainMs: settings.RETORT_DRAIN_MS,
    telemetry: telemetry.config,
  };
}

/** Of the command line, which shares the environment; and what tests of this server set. */
const OTHERS = /^RETORT_(?:URL$|TEST_)/;

/** One sentence for each variable that looks like a setting and is none, with the nearest that is. */
export function unknownSettings(env: Readonly<Record<string, string | undefined>> = process.env): string[] {
  const known = Object.keys(environment.shape);
  return Object.keys(env)
    .filter((name) => name.startsWith('RETORT_') && !known.includes(name) && !OTHERS.test(name))
    .map((name) => {
      const [nearest] = similarNames(name, known, 1);
      const hint = nearest === undefined ? 'It is ignored.' : `It is ignored. Did you mean ${nearest}?`;
      return `${name} is no setting of Retort. ${hint}`;
    });
}

export function readConfig(): Config {
  return parseConfig(process.env);
}

/** Bytes: the machine's, or what the container may use of them. */
/** What leaves three quarters of the heap to everything but request bodies. */
function defaultBodyMemory(): number {
  return Math.floor(getHeapStatistics().heap_size_limit / 4);
}

function usableMemory(): number {
  // Without a limit it is 0, or so large that it means none.
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function isSecret(name: string): boolean {
  return name === 'RETORT_API_KEY' || name === 'DATABASE_URL' || /^OTEL_\w+_(?:HEADERS|ENDPOINT)$/.test(name);
}

/** As a browser writes it in the header Origin. */
function isOrigin(text: string): boolean {
  if (text.includes('*')) return text === '*';
  if (!URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  // Extensions and applications have schemes of their own, whose origin URL does not know.
  return origin === 'null'
    ? protocol !== 'null:' && /^[a-z][a-z0-9+.-]*:\/\/[^/?#]+$/.test(text)
    : origin === text;
}

/** A name or an address, with or without a port, as it stands in a URL. */
function isHost(text: string): boolean {
  if (/[/?#@\s]/.test(text) || !URL.canParse(`http://${text}`)) return false;
  const { host, hostname } = new URL(`https://${text}`);
  return hostname !== '' && host !== '';
}

function isPostgresUrl(value: string): boolean {
  try {
    return ['postgresql:', 'postgres:'].includes(new URL(value).protocol);
  } catch {
    return false;
  }
}
