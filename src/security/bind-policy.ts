import { StartupError } from '../platform/errors.js';
import { isLoopback } from './same-site.js';
import { configuredKey, type SecurityConfig } from './security-config.js';

/** Refuses to open the server to a network without a key. Called once, before listening. */
export function assertBindAllowed(config: SecurityConfig): void {
  if (configuredKey(config.apiKey) === undefined && config.allowedOrigins?.includes('*') === true)
    throw new StartupError(
      'RETORT_ALLOWED_ORIGINS=* would let every page that is open in a browser here use this server, because RETORT_API_KEY is not set. ' +
        'Set RETORT_API_KEY, or name the origins, such as https://app.example.org.',
    );
  if (configuredKey(config.apiKey) !== undefined || isLoopback(config.host)) return;
  throw new StartupError(
    `HOST=${config.host} would let everyone on the network use this server, because RETORT_API_KEY is not set. ` +
      'Set RETORT_API_KEY to a long random value (openssl rand -hex 32 prints one), ' +
      'or set HOST=127.0.0.1 to serve this machine only.',
  );
}
