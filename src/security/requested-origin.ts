import type { IncomingHttpHeaders } from 'node:http';

const HOST = /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;

/** A request, as far as it says how it reached the server. */
export interface Addressed {
  readonly headers: IncomingHttpHeaders;
  readonly protocol: string;
  readonly host: string;
}

/**
 * The server as this caller named it, such as `https://retort.example.org`: what a proxy says in X-Forwarded-Proto and
 * X-Forwarded-Host, else what the request itself says. Only for addresses in the answer to this same request, where who
 * made them up deceives nobody else.
 */
export function requestedOrigin({ headers, protocol, host }: Addressed): string {
  const proto = first(headers['x-forwarded-proto']);
  const forwarded = first(headers['x-forwarded-host']);
  const scheme = proto === 'https' || proto === 'http' ? proto : protocol;
  return `${scheme}://${forwarded !== undefined && HOST.test(forwarded) ? forwarded : host}`;
}

/** Each proxy appends; the first entry is what the caller asked. */
function first(header: string | string[] | undefined): string | undefined {
  return [header].flat()[0]?.split(',')[0]?.trim();
}
