const JSON_TYPE = 'application/json; charset=utf-8';
const RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8';
const MAX_LEARNED = 100;
const MAX_ACCEPT_LENGTH = 500;

/** The media type of an answer by the request's Accept header, as Apollo chooses it: what is not known, it is asked. */
export class MediaTypes {
  private readonly byAccept = new Map<string | undefined, string>([
    [undefined, JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/json', JSON_TYPE],
    ['application/graphql-response+json', RESPONSE_TYPE],
  ]);

  /** Undefined when Apollo has not yet chosen for this header. */
  of(accept: string | undefined): string | undefined {
    return this.byAccept.get(accept);
  }

  /** @param chosen the Content-Type of an answer to a successful request */
  learn(accept: string | undefined, chosen: string | undefined): void {
    if (accept === undefined || accept.length > MAX_ACCEPT_LENGTH || this.byAccept.size >= MAX_LEARNED)
      return;
    if (chosen === JSON_TYPE || chosen === RESPONSE_TYPE) this.byAccept.set(accept, chosen);
  }
}

/** What GraphQL itself refuses in a request that is well formed. */
const REFUSED_BY_GRAPHQL: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'QUERY_TOO_COSTLY',
  'PERSISTED_QUERY_NOT_FOUND',
]);

/**
 * GraphQL over HTTP wants 200 for what GraphQL refuses when the answer is `application/json` by the client's own wish:
 * clients of that type take any other status for a failure of the network. All others get the 400 they can rely on.
 *
 * @param code of the answer's first error
 */
export function statusFor(
  status: number,
  answer: { accept: string | undefined; mediaType: string | undefined; code: unknown },
): number {
  const byWish = answer.mediaType === JSON_TYPE && answer.accept?.includes('application/json') === true;
  return status === 400 && byWish && REFUSED_BY_GRAPHQL.has(answer.code) ? 200 : status;
}
