import { z } from 'zod';
import { isRemoteHost } from './remote-hosts.js';

/** Where files that callers name may be fetched from, besides the public internet. */
export interface SourceConfig {
  /** Hosts that may be in a private network, be spoken to without TLS, and be sent secrets: as in RETORT_REMOTE_HOSTS. */
  readonly hosts: readonly string[];
  readonly s3: S3Config;
  /** Without a slash at its end. */
  readonly huggingFaceEndpoint: string;
}

export interface S3Config {
  /** Null: Amazon's own. Without a slash at its end. */
  readonly endpoint: string | null;
  /** Null: not said; Amazon's old host names find the public buckets of every region. */
  readonly region: string | null;
  /** Whether the bucket stands in the path rather than in the host's name. */
  readonly pathStyle: boolean;
  /** The name of a secret, `ACCESS_KEY_ID:SECRET_ACCESS_KEY` with or without `:SESSION_TOKEN`. Null: requests are not signed. */
  readonly credentials: string | null;
  /** `bucket` or `bucket/prefix` that the credentials are used for; empty: all. */
  readonly buckets: readonly string[];
}

const HUGGING_FACE = 'https://huggingface.co';

const endpoint = z.string().refine(isEndpoint, 'expected a URL like https://s3.example.org, without a query');
const list = (isEntry: (entry: string) => boolean, expected: string) =>
  z
    .string()
    .transform((text) => text.split(',').map((entry) => entry.trim()))
    .refine((entries) => entries.every(isEntry), `expected ${expected}, separated by commas`)
    .default([]);

/** For the settings' own schema. */
export const sourceVariables = {
  RETORT_SOURCE_HOSTS: list(
    isRemoteHost,
    'hosts such as files.internal, 10.0.0.7:8080, *.internal or 10.0.0.0/8, without a scheme or path,',
  ),
  RETORT_S3_ENDPOINT: endpoint.optional(),
  RETORT_S3_REGION: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'expected a region such as eu-central-1')
    .optional(),
  RETORT_S3_PATH_STYLE: z
    .enum(['true', 'false', '1', '0'])
    .transform((value) => value === 'true' || value === '1')
    .optional(),
  RETORT_S3_CREDENTIALS: z.string().optional(),
  RETORT_S3_BUCKETS: list(
    (entry) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:\/.*)?$/.test(entry),
    'buckets such as models or models/public',
  ),
  RETORT_HF_ENDPOINT: endpoint.default(HUGGING_FACE),
};

export type SourceVariables = z.output<z.ZodObject<typeof sourceVariables>>;

export function sourceConfig(settings: SourceVariables): SourceConfig {
  const { RETORT_S3_ENDPOINT, RETORT_S3_REGION, RETORT_S3_PATH_STYLE, RETORT_S3_CREDENTIALS } = settings;
  return {
    hosts: settings.RETORT_SOURCE_HOSTS.map((host) => host.toLowerCase()),
    s3: {
      endpoint: RETORT_S3_ENDPOINT?.replace(/\/+$/, '') ?? null,
      region: RETORT_S3_REGION ?? null,
      // Servers of one's own seldom have a host name for each bucket.
      pathStyle: RETORT_S3_PATH_STYLE ?? RETORT_S3_ENDPOINT !== undefined,
      credentials: RETORT_S3_CREDENTIALS ?? null,
      buckets: settings.RETORT_S3_BUCKETS,
    },
    huggingFaceEndpoint: settings.RETORT_HF_ENDPOINT.replace(/\/+$/, ''),
  };
}

/** What is used where nothing is set. */
export const DEFAULT_SOURCES: SourceConfig = sourceConfig(z.object(sourceVariables).parse({}));

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return ['http:', 'https:'].includes(protocol) && `${username}${password}${search}${hash}` === '';
}
