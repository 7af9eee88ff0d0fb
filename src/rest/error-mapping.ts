import { DomainError } from '../platform/errors.js';
import { RestError, type RestErrorCode } from './rest-error.js';

export interface Refusal {
  readonly code: RestErrorCode;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
  /** True for an unforeseen error: the cause belongs in the log, and only there. */
  readonly unexpected: boolean;
}

// Fastify's own errors, in our words: its texts name its options, which a caller cannot set.
const FASTIFY_ERRORS: Readonly<Record<string, readonly [RestErrorCode, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'UNSUPPORTED_MEDIA_TYPE',
    'The Content-Type is not one this path reads: /graphql reads application/json, /artifacts and /archives application/octet-stream.',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: [
    'PAYLOAD_TOO_LARGE',
    'The request body is larger than this server reads (RETORT_BODY_LIMIT_BYTES). ' +
      'Send fewer rows, send tensors as base64, or upload files to POST /artifacts.',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['BAD_REQUEST', 'Expected a JSON body, got an empty one.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'BAD_REQUEST',
    'The body does not have the length its Content-Length announced.',
  ],
  FST_ERR_CTP_INVALID_JSON_BODY: ['BAD_REQUEST', 'The body is not valid JSON.'],
  FST_ERR_BAD_URL: [
    'BAD_REQUEST',
    'The path is not a valid URL: a "%" must be followed by two hexadecimal digits.',
  ],
  BODY_TOO_SLOW: [
    'REQUEST_TIMEOUT',
    'The rest of the request body did not come in time, and the server has given it up. Send it again.',
  ],
  BODY_ENCODING_UNKNOWN: [
    'UNSUPPORTED_MEDIA_TYPE',
    'Expected Content-Encoding gzip, deflate or none: send the body in one of them, or as it is.',
  ],
  BODY_NOT_AS_ENCODED: [
    'BAD_REQUEST',
    'The body cannot be unpacked: it is damaged, or not what its Content-Encoding says.',
  ],
  FST_ERR_MAX_PARAM_LENGTH: ['NOT_FOUND', 'The path is longer than any this server has.'],
};

/** What a caller is told about an error; never more than an error written for callers says. */
export function refusalFor(error: unknown): Refusal {
  if (error instanceof DomainError) {
    const { code, message } = error;
    return { code, message, headers: retryAfter(error), unexpected: code === 'INTERNAL' };
  }
  if (error instanceof RestError)
    return { code: error.code, message: error.message, headers: error.headers, unexpected: false };
  const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? FASTIFY_ERRORS[code] : undefined;
  if (known !== undefined)
    return {
      code: known[0],
      message: known[1],
      headers: code === 'BODY_ENCODING_UNKNOWN' ? { 'accept-encoding': 'gzip, deflate' } : {},
      unexpected: false,
    };
  if (error instanceof SyntaxError && statusCode === 400) {
    // JSON.parse's text names the position, and quotes nothing but what the caller sent.
    return {
      code: 'BAD_REQUEST',
      message: `The body is not valid JSON: ${error.message}.`,
      headers: {},
      unexpected: false,
    };
  }
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    return { code: 'BAD_REQUEST', message: 'The request could not be read.', headers: {}, unexpected: false };
  }
  return {
    code: 'INTERNAL',
    message: 'Something went wrong inside the server. Its log has the reason under this request id.',
    headers: {},
    unexpected: true,
  };
}

/** Whole seconds are all the header can say; rounded up, so that no client comes too early. */
function retryAfter({ code, retryAfterMs }: DomainError): Record<string, string> {
  if (retryAfterMs === undefined && code !== 'OVERLOADED') return {};
  return { 'retry-after': String(Math.max(1, Math.ceil((retryAfterMs ?? 0) / 1_000))) };
}
