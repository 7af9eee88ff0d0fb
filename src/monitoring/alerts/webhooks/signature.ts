import { createHmac } from 'node:crypto';

export const SIGNATURE_HEADER = 'retort-signature';

/**
 * What proves to a receiver who wrote a body, and when: `t=<seconds since 1970>,v1=<hex>`, where v1 is HMAC-SHA256 over
 * `<t>.<body>`. A receiver refuses times that are minutes away, so that nobody can send the same again later.
 */
export function signatureOf(secret: string, body: string, at: number): string {
  const seconds = Math.floor(at / 1_000);
  const digest = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
  return `t=${seconds},v1=${digest}`;
}
