import { randomFillSync } from 'node:crypto';

const DEPLOYMENT_BYTES = 16;
const TIME_BYTES = 6;
const RANDOM_BYTES = 10;
const KEY_BYTES = DEPLOYMENT_BYTES + TIME_BYTES + RANDOM_BYTES;
/** The key in base64url, and the place of the instance in its request. */
const FORM = /^([A-Za-z0-9_-]{43})\.(\d{1,9})$/;

const pool = Buffer.alloc(RANDOM_BYTES * 512);
let used = pool.length;

/** What the predictions of one request have in common: which deployment answered (null: none), when, and 80 random bits. */
export function newRequestKey(deploymentId: string | null, at: number): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const key = Buffer.alloc(KEY_BYTES);
  if (deploymentId !== null) key.write(deploymentId.replaceAll('-', ''), 0, 'hex');
  key.writeUIntBE(at, DEPLOYMENT_BYTES, TIME_BYTES);
  pool.copy(key, DEPLOYMENT_BYTES + TIME_BYTES, used, used + RANDOM_BYTES);
  used += RANDOM_BYTES;
  return key.toString('base64url');
}

/** @param place of the instance in its request, from 0 */
export function predictionId(key: string, place: number): string {
  return `${key}.${place}`;
}

/** What an id tells of its prediction; null for a text that is none. */
export function readPredictionId(
  id: string,
): { readonly deploymentId: string | null; readonly at: Date } | null {
  const [, text] = FORM.exec(id) ?? [];
  if (text === undefined) return null;
  const key = Buffer.from(text, 'base64url');
  const hex = key.toString('hex', 0, DEPLOYMENT_BYTES);
  const at = new Date(key.readUIntBE(DEPLOYMENT_BYTES, TIME_BYTES));
  if (/^0+$/.test(hex)) return { deploymentId: null, at };
  const deploymentId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { deploymentId, at };
}
