import type { IncomingMessage } from 'node:http';
import { DomainError } from '../platform/errors.js';
import { authenticate, isAmbientCredential } from './authenticate.js';
import type { Caller } from './caller.js';
import { requestId } from './request-id.js';
import { checkHost, checkOrigin } from './same-site.js';
import { configuredKey, type SecurityConfig } from './security-config.js';

const SAFE_METHODS: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD', 'OPTIONS']);

type Headers = IncomingMessage['headers'];

/** Names the actor of an HTTP request, or throws `UNAUTHENTICATED` or `FORBIDDEN`. */
export function authorizeRequest(
  request: { method?: string | undefined; headers: Headers },
  config: SecurityConfig,
): string {
  refuseForeignPages(request.headers, config, { changesState: !SAFE_METHODS.has(request.method) });
  return authenticate(request.headers.authorization, config.apiKey).actor;
}

/**
 * `caller` is undefined when a key is needed and none came with the upgrade: `connection_init` must then carry it,
 * since a browser's WebSocket cannot set headers.
 */
export type UpgradeDecision =
  | { readonly allowed: true; readonly requestId: string; readonly caller: Caller | undefined }
  | {
      readonly allowed: false;
      readonly requestId: string;
      readonly status: 401 | 403;
      readonly message: string;
    };

/** Decides on a WebSocket upgrade before the handshake; the answer to a refusal is the transport's to write. */
export function authorizeUpgrade(
  request: Pick<IncomingMessage, 'headers'>,
  config: SecurityConfig,
): UpgradeDecision {
  const id = requestId(request);
  const { authorization } = request.headers;
  try {
    refuseForeignPages(request.headers, config, { changesState: true });
    if (authorization === undefined && configuredKey(config.apiKey) !== undefined) {
      return { allowed: true, requestId: id, caller: undefined };
    }
    const { actor } = authenticate(authorization, config.apiKey);
    return { allowed: true, requestId: id, caller: { actor, requestId: id } };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return {
      allowed: false,
      requestId: id,
      status: error.code === 'UNAUTHENTICATED' ? 401 : 403,
      message: error.message,
    };
  }
}

/**
 * For what goes on after its request, whatever its method: pages of other sites are refused as for WebSockets.
 *
 * @throws DomainError FORBIDDEN
 */
export function authorizeStream(headers: Headers, config: SecurityConfig): void {
  refuseForeignPages(headers, config, { changesState: true });
}

// A page of another site gains nothing from a server whose key it must know. It gains everything from one that needs
// no key, or whose key the browser adds by itself; there the names must match.
function refuseForeignPages(
  headers: Headers,
  config: SecurityConfig,
  request: { changesState: boolean },
): void {
  const keyless = configuredKey(config.apiKey) === undefined;
  if (keyless) checkHost(headers.host);
  if (!request.changesState) return;
  // What the browser adds by itself proves nothing about a page, not even about one whose origin may call.
  if (isAmbientCredential(headers.authorization)) checkOrigin(headers.origin, headers.host);
  else if (keyless) checkOrigin(headers.origin, headers.host, config.allowedOrigins);
}
