import { lookup as resolveName } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

/** The address that was to be connected to is none that may be. */
export class ForbiddenAddress extends Error {}

/**
 * Resolves names for a connection, and refuses those of which any address is not allowed. The addresses that were checked
 * are the ones connected to, so that a name which changes its mind between check and use gains nothing.
 *
 * Addresses that are written out are connected to without a lookup: `isForbiddenHost` is for those.
 */
export function guardedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) {
        callback(error, '', 0);
        return;
      }
      const first = addresses[0];
      if (!first || !addresses.every(({ address }) => isAllowed(address))) {
        callback(new ForbiddenAddress(), '', 0);
        return;
      }
      if (options.all === true) {
        callback(null, addresses);
        return;
      }
      callback(null, first.address, first.family);
    });
  };
}

/** Whether the host of a URL is an address, rather than a name, and not allowed. */
export function isForbiddenHost({ hostname }: URL, isAllowed: (address: string) => boolean): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(host) !== 0 && !isAllowed(host);
}

/** A code such as ENOTFOUND where there is one: texts of system errors may name more than a caller should see. */
export function connectionFailure(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return code;
  return typeof message === 'string' && message !== '' ? message : 'the connection failed';
}
