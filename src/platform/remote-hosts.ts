import { BlockList, isIP, isIPv6 } from 'node:net';
import { DomainError } from './errors.js';
import { isForbiddenHost } from './guarded-lookup.js';
import { isPublicAddress } from './public-address.js';

/** Where clouds keep their credentials, and what is no single machine: reached only where its address itself is named. */
const NEVER_BY_NAME = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const)
  NEVER_BY_NAME.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 128],
  ['fe80::', 10],
  ['ff00::', 8],
] as const)
  NEVER_BY_NAME.addSubnet(network, prefix, 'ipv6');

/** Whether it is `host`, `host:port`, `*.domain`, or a range of addresses such as 10.0.0.0/8. */
export function isRemoteHost(entry: string): boolean {
  if (entry.includes('/')) return parsedRange(entry) !== null;
  const name = entry.replace(/^\*\./, '');
  if (isIPv6(name)) return true;
  if (name === '' || /[?#@*\s]/.test(name) || !URL.canParse(`https://${name}`)) return false;
  return new URL(`https://${name}`).pathname === '/';
}

/**
 * Which hosts a remote engine may be reached at. Where the operator names none (RETORT_REMOTE_HOSTS): the public internet,
 * over TLS, and without credentials. Where there are names: those alone, wherever they are.
 */
export class RemoteHosts {
  private readonly names = new Set<string>();
  private readonly domains: string[] = [];
  private readonly ranges = new BlockList();
  private readonly hasRanges: boolean;

  /** @param entries that `isRemoteHost` has let pass */
  constructor(private readonly entries: readonly string[]) {
    let hasRanges = false;
    for (const entry of entries.map((text) => text.toLowerCase())) {
      const range = parsedRange(entry);
      if (range !== null) {
        this.ranges.addSubnet(range.network, range.prefix, range.family);
        hasRanges = true;
      } else if (entry.startsWith('*.')) this.domains.push(entry.slice(1));
      else this.names.add(canonical(entry));
    }
    this.hasRanges = hasRanges;
  }

  /** Only what the operator chose gets a secret. */
  get mayHaveCredentials(): boolean {
    return this.entries.length > 0;
  }

  /** Whether the operator names this host itself, or an address in a range that the operator names. */
  lists(url: URL): boolean {
    const host = bare(url.hostname);
    return this.isNamed(url) || (isIP(host) !== 0 && this.inRange(host));
  }

  /** Which addresses the host may turn out to have, asked again whenever a connection is made. */
  mayConnect(url: URL): (address: string) => boolean {
    if (this.entries.length === 0) return isPublicAddress;
    const isNamed = this.isNamed(url);
    const isLiteral = isIP(bare(url.hostname)) !== 0;
    return (address) =>
      this.inRange(address) || (isNamed && (isLiteral || !NEVER_BY_NAME.check(address, familyOf(address))));
  }

  /** What can be said before anything is connected to. @throws DomainError INVALID_ARGUMENT */
  check(url: URL, field: readonly string[]): void {
    if (this.entries.length === 0) {
      if (isForbiddenHost(url, isPublicAddress))
        throw refused(`a host on the public internet, got "${url.host}", which is not`, field);
      if (url.protocol === 'http:')
        throw refused('an https address, got http', field, ' to be reached without TLS');
      return;
    }
    const isLiteral = isIP(bare(url.hostname)) !== 0;
    const mayBe = isLiteral ? this.mayConnect(url)(bare(url.hostname)) : this.isNamed(url) || this.hasRanges;
    if (!mayBe) throw refused(`a host that the operator allows, got "${url.host}"`, field);
  }

  private isNamed({ hostname, port, protocol }: URL): boolean {
    const at = port === '' ? (protocol === 'http:' ? '80' : '443') : port;
    return (
      this.names.has(hostname) ||
      this.names.has(`${hostname}:${at}`) ||
      this.domains.some((domain) =>
        domain.includes(':') ? `${hostname}:${at}`.endsWith(domain) : hostname.endsWith(domain),
      )
    );
  }

  private inRange(address: string): boolean {
    return this.hasRanges && this.ranges.check(address, familyOf(address));
  }
}

function refused(expected: string, field: readonly string[], how = ''): DomainError {
  return new DomainError(
    'INVALID_ARGUMENT',
    `Expected ${expected}. The operator can allow it${how} with RETORT_REMOTE_HOSTS.`,
    { field },
  );
}

/** As it stands in a URL. */
function canonical(entry: string): string {
  const port = /:(\d+)$/.exec(entry.replace(/^\[.*\]/, ''))?.[1];
  const { hostname } = new URL(`https://${isIPv6(entry) ? `[${entry}]` : entry}`);
  return port === undefined || isIPv6(entry) ? hostname : `${hostname}:${port}`;
}

function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}

function parsedRange(
  entry: string,
): { readonly network: string; readonly prefix: number; readonly family: 'ipv4' | 'ipv6' } | null {
  const [network = '', digits = '', ...more] = entry.split('/');
  const family = isIP(network);
  const prefix = /^\d{1,3}$/.test(digits) ? Number(digits) : Infinity;
  if (more.length > 0 || family === 0 || prefix > (family === 6 ? 128 : 32)) return null;
  return { network, prefix, family: family === 6 ? 'ipv6' : 'ipv4' };
}
