import { DomainError } from '../../platform/errors.js';
import { Unavailable } from '../../platform/failures.js';

/** A remote engine cannot be reached, or does not serve now; it may later. */
export class RemoteUnavailable extends Unavailable {}

/** The engine has to be put right, or another one named: asking again helps nothing by itself. */
export function unusable(message: string, cause?: unknown): DomainError {
  return new DomainError('REMOTE_UNUSABLE', message, { cause });
}

/** The engine serves another model than the one it is to serve. */
export class OtherModel extends DomainError {
  constructor(message: string) {
    super('REMOTE_UNUSABLE', message);
  }
}

/** It answered a request with something that is no answer to it. */
export function badAnswer(what: string, cause?: unknown): DomainError {
  return new DomainError(
    'REMOTE_FAILED',
    `The remote engine ${what}. Nothing of its answer is used; whoever runs it must see why.`,
    { cause },
  );
}

/** What decoding says of any tensor, said of an output. */
export function badTensor(name: string, error: unknown): DomainError {
  if (!(error instanceof DomainError)) throw error;
  const what = error.message.replace(/^Input "[^]*?": /, '').replace(/\.$/, '');
  return badAnswer(`answered output "${name}" that cannot be read: ${what}`, error);
}

/** How an exchange with a server failed. */
export type ExchangeEnd =
  /** No connection: nothing was sent. */
  | 'UNREACHABLE'
  /** Nothing was sent: its name belongs to an address that may not be reached. */
  | 'FORBIDDEN'
  /** Nothing was sent: its certificate is not to be trusted. */
  | 'UNTRUSTED'
  /** Nothing was sent: a connection was lost since the model was last looked at. */
  | 'STALE'
  /** The connection was lost before the answer was whole. */
  | 'CUT'
  | 'TIMEOUT'
  | 'TOO_LARGE'
  /** Nobody waits for the answer any more. */
  | 'CANCELLED';

export class ExchangeFailure extends Error {
  constructor(
    readonly end: ExchangeEnd,
    /** The rest of a sentence that begins with the server. */
    readonly what: string,
    cause?: unknown,
  ) {
    super(what, { cause });
  }

  /** Not one byte of the request can have been read: it may be sent again. */
  get unsent(): boolean {
    return (
      this.end === 'UNREACHABLE' ||
      this.end === 'FORBIDDEN' ||
      this.end === 'UNTRUSTED' ||
      this.end === 'STALE'
    );
  }
}

const CERTIFICATE: Readonly<Record<string, string>> = {
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for other names',
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate that nobody but itself has signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate of an authority that this server does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate of an authority that this server does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'has a certificate of an authority that this server does not know',
  CERT_REVOKED: 'has a certificate that was revoked',
};

/** Why no connection came to be. */
export function connectFailure(error: unknown, isForbidden: boolean): ExchangeFailure {
  if (isForbidden)
    return new ExchangeFailure(
      'FORBIDDEN',
      'has an address that may not be reached from here; the operator can allow it with RETORT_REMOTE_HOSTS',
      error,
    );
  const code = codeOf(error);
  const certificate = CERTIFICATE[code];
  if (certificate !== undefined)
    return new ExchangeFailure(
      'UNTRUSTED',
      `${certificate} (${code}); give it one that fits, or start this server with NODE_EXTRA_CA_CERTS naming the authority's certificate`,
      error,
    );
  if (/^ERR_SSL|^EPROTO$|^ERR_TLS/.test(code))
    return new ExchangeFailure('UNTRUSTED', `does not speak TLS as expected (${code})`, error);
  return new ExchangeFailure('UNREACHABLE', `cannot be reached (${code})`, error);
}

export function codeOf(error: unknown): string {
  const { code, cause, errors } = (error ?? {}) as {
    code?: unknown;
    cause?: unknown;
    errors?: readonly unknown[];
  };
  if (typeof code === 'string') return code;
  if (cause !== undefined && cause !== null) return codeOf(cause);
  if (errors?.[0] !== undefined) return codeOf(errors[0]);
  return 'the connection failed';
}
