import type { IncomingMessage } from 'node:http';
import proxyAddress from '@fastify/proxy-addr';
import addresses from 'ipaddr.js';

/** Of an IPv6 address as much as one household or machine is given: 64 bits. */
const IPV6_PARTS = 4;

/** Names whoever sent a request, for limits by caller. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * The address a request came from: the connection's, or what a trusted proxy says in X-Forwarded-For. Those who are not
 * trusted can write there what they like.
 *
 * @param trustedProxies addresses and ranges, such as 10.0.0.0/8
 */
export function clientAddressBehind(trustedProxies: readonly string[]): ClientAddress {
  const trusts = proxyAddress.compile([...trustedProxies]);
  return (request) =>
    grouped(
      trustedProxies.length === 0 ? (request.socket.remoteAddress ?? '') : proxyAddress(request, trusts),
    );
}

function grouped(address: string): string {
  if (!addresses.isValid(address)) return address;
  const parsed = addresses.process(address);
  return parsed instanceof addresses.IPv6
    ? `${parsed.parts
        .slice(0, IPV6_PARTS)
        .map((part) => part.toString(16))
        .join(':')}::/64`
    : parsed.toString();
}
