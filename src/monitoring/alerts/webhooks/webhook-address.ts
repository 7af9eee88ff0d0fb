import { quoted } from '../../../catalog/index.js';
import { DomainError } from '../../../platform/errors.js';
import { isForbiddenHost } from '../../../platform/guarded-lookup.js';
import { isPublicAddress } from '../../../platform/public-address.js';

const MAX_LENGTH = 2_000;

/** Which addresses webhooks may reach: the public internet over https, and the hosts that the operator names. */
export class WebhookAddresses {
  /** @param allowed hosts as in RETORT_WEBHOOK_HOSTS, in small letters */
  constructor(private readonly allowed: readonly string[]) {}

  /** Whether this host may be in a private network, and be spoken to without TLS. */
  isTrusted({ hostname, port, protocol }: URL): boolean {
    const name = hostname.replace(/^\[(.*)\]$/, '$1');
    const at = port === '' ? (protocol === 'http:' ? '80' : '443') : port;
    return this.allowed.some((host) => [hostname, name, `${hostname}:${at}`].includes(host));
  }

  /** Which addresses the host may turn out to have. */
  mayConnect(url: URL): (address: string) => boolean {
    return this.isTrusted(url) ? () => true : isPublicAddress;
  }

  /** @throws DomainError INVALID_ARGUMENT */
  read(text: string, field: readonly string[]): URL {
    if (text.length > MAX_LENGTH || !URL.canParse(text))
      throw invalid(`an address such as https://example.org/alerts, got ${quoted(text)}`, field);
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:')
      throw invalid(`an https address, got ${quoted(url.protocol.replace(/:$/, ''))}`, field);
    if (url.username !== '' || url.password !== '')
      throw invalid(
        'an address without a user name and password: calls are signed, so the receiver needs none',
        field,
      );
    if (this.isTrusted(url)) return url;
    if (isForbiddenHost(url, isPublicAddress))
      throw invalid(
        `an address on the public internet, got ${quoted(url.hostname)}, which is not. The operator can allow a host with RETORT_WEBHOOK_HOSTS`,
        field,
      );
    if (url.protocol === 'http:')
      throw invalid(
        'an https address, got http. The operator can allow a host with RETORT_WEBHOOK_HOSTS to be reached without TLS',
        field,
      );
    return url;
  }
}

function invalid(expected: string, field: readonly string[]): DomainError {
  return new DomainError('INVALID_ARGUMENT', `Expected ${expected}.`, { field });
}
