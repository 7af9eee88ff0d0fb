import type { IncomingHttpHeaders } from 'node:http';
import { isAmbientCredential } from '../../security/index.js';

/**
 * Whether a page of another site may have made a browser send a request that changes nothing. Browsers say where one comes
 * from (Sec-Fetch-Site) when it goes to this machine or over TLS; where they may not say it, over plain HTTP to another
 * machine, a key is needed that no page knows, unless the browser adds it by itself.
 */
export function isOfAnotherSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return (
    isAmbientCredential(headers.authorization) ||
    (site !== undefined && site !== 'same-origin' && site !== 'none')
  );
}
