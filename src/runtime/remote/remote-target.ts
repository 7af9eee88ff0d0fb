import { DomainError } from '../../platform/errors.js';

/** What a remote engine is spoken to in. */
export const REMOTE_PROTOCOLS = ['OPEN_INFERENCE', 'TF_SERVING'] as const;
export type RemoteProtocol = (typeof REMOTE_PROTOCOLS)[number];

/** A model behind another server. */
export interface RemoteTarget {
  readonly protocol: RemoteProtocol;
  /** Of the server, canonical: what stands before `/v2` or `/v1`, without a slash at its end. */
  readonly url: string;
  /** The model's name there. */
  readonly model: string;
  /** There; null leaves it to the server. */
  readonly version: string | null;
  /** Name of a secret of the operator's; null: the server asks for none. */
  readonly credentials: string | null;
}

/** A target as a caller gives it. */
export interface RemoteInput {
  readonly protocol: RemoteProtocol;
  readonly url: string;
  readonly model: string;
  readonly version?: string | null | undefined;
  readonly credentials?: string | null | undefined;
}

const MAX_URL = 2_000;
const MAX_NAME = 200;

/** @throws DomainError INVALID_ARGUMENT */
export function remoteTarget(input: RemoteInput, field: readonly string[]): RemoteTarget {
  const { protocol, version = null, credentials = null } = input;
  return {
    protocol,
    url: serverUrl(input.url, [...field, 'url']),
    model: checkedName(input.model, [...field, 'model']),
    version: version === null ? null : checkedName(version, [...field, 'version']),
    credentials: credentials === null ? null : checkedName(credentials, [...field, 'credentials']),
  };
}

/** For messages and events; no secret is part of it. */
export function remoteText({ protocol, url, model, version }: RemoteTarget): string {
  const what = version === null ? `"${model}"` : `"${model}" version ${version}`;
  return `${what} at ${url} (${protocol === 'OPEN_INFERENCE' ? 'Open Inference Protocol' : 'TensorFlow Serving'})`;
}

function serverUrl(text: string, field: readonly string[]): string {
  if (text.length > MAX_URL || !URL.canParse(text))
    throw invalid(
      `an address such as https://engine.example.org:8080, got ${JSON.stringify(text.slice(0, 200))}`,
      field,
    );
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw invalid(`an http or https address, got ${JSON.stringify(url.protocol.replace(/:$/, ''))}`, field);
  if (url.username !== '' || url.password !== '')
    throw invalid('an address without a user name and password: name a secret in credentials instead', field);
  if (url.search !== '' || url.hash !== '')
    throw invalid('an address without a query and fragment: it is what stands before /v2 or /v1', field);
  const path = url.pathname.replace(/\/+$/, '');
  if (/\/v[12](\/|$)/.test(path))
    throw invalid(
      `the address of the server alone, got the path ${JSON.stringify(path.slice(0, 200))}: leave out /v2 or /v1 and what follows, and give the model's name in model`,
      field,
    );
  return url.origin + path;
}

function checkedName(text: string, field: readonly string[]): string {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (text !== '' && text.length <= MAX_NAME && !/[\u0000-\u001f\u007f]|^\.{1,2}$/.test(text)) return text;
  throw invalid(`1 to ${MAX_NAME} characters, none of them control characters`, field);
}

function invalid(expected: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', `Expected ${field.join('.')} to be ${expected}.`, { field });
}
