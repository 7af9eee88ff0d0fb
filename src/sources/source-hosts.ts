import { DomainError } from '../platform/errors.js';
import { isForbiddenHost } from '../platform/guarded-lookup.js';
import { isPublicAddress } from '../platform/public-address.js';
import { RemoteHosts } from '../platform/remote-hosts.js';

/**
 * Where files may be fetched from: the public internet over https, and the hosts that the operator names, wherever they are,
 * with or without TLS. Those alone are sent secrets.
 */
export class SourceHosts {
  private readonly named: RemoteHosts;
  private readonly hasNames: boolean;

  /**
   * @param entries as in RETORT_SOURCE_HOSTS
   * @param isAllowed replaces what is public, in tests
   */
  constructor(
    entries: readonly string[],
    private readonly isAllowed: (address: string) => boolean = isPublicAddress,
  ) {
    this.named = new RemoteHosts(entries);
    this.hasNames = entries.length > 0;
  }

  isNamed(url: URL): boolean {
    return this.hasNames && this.named.lists(url);
  }

  /** Which addresses the host may turn out to have, asked again whenever a connection is made. */
  mayConnect(url: URL): (address: string) => boolean {
    if (!this.hasNames) return this.isAllowed;
    const mayConnect = this.named.mayConnect(url);
    return (address) => this.isAllowed(address) || mayConnect(address);
  }

  /** What can be said before anything is connected to. @throws DomainError INVALID_ARGUMENT */
  check(url: URL, field: readonly string[]): void {
    if (isForbiddenHost(url, this.mayConnect(url))) throw notPublic(url, field);
    if (url.protocol === 'http:' && !this.isNamed(url))
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected an https address, got http for ${JSON.stringify(url.host)}. The operator can allow a host to be reached without TLS with RETORT_SOURCE_HOSTS; a file of your own can be streamed to POST /artifacts.`,
        { field },
      );
  }
}

export function notPublic({ hostname }: URL, field: readonly string[]): DomainError {
  return new DomainError(
    'INVALID_ARGUMENT',
    `Expected an address on the public internet; ${JSON.stringify(hostname.slice(0, 200))} is not. The operator can allow it with RETORT_SOURCE_HOSTS; or stream the file to POST /artifacts and pass its digest.`,
    { field },
  );
}
