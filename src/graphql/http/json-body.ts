import { isUtf8 } from 'node:buffer';
import type { RequestBodies, Reservation } from '../../http/index.js';
import { placeBlocks } from '../../platform/json/index.js';
import { DomainError } from '../../platform/errors.js';
import { setAside } from '../documents/long-literals.js';

type Parse = (text: string) => unknown;
type Done = (error: Error | null, parsed?: unknown) => void;

/** Below this, what JSON becomes is not worth counting. */
const COUNTED_BYTES = 4_096;

/**
 * Reads JSON within the server's limits: what is small at once; long base64 and long arrays of numbers without making
 * JavaScript strings and arrays of them; what is large without keeping others waiting.
 *
 * @param body given away
 * @param parse throws what is to be told about JSON that is none
 */
export function readJson(
  bodies: RequestBodies,
  body: Buffer,
  { reservation, parse }: { reservation: Reservation; parse: Parse },
  done: Done,
): void {
  const settle = (read: () => unknown): void => {
    let parsed: unknown;
    try {
      parsed = read();
    } catch (error) {
      done(error as Error);
      return;
    }
    done(null, parsed);
  };
  if (body.length < COUNTED_BYTES) {
    settle(() => parse(textOf(body)));
    return;
  }
  const { rest, putBack } = setAside(body);
  if (rest.length <= bodies.largeJsonBytes) {
    settle(() => {
      bodies.admitSmall(rest, reservation, body.length);
      return putBack(parse(textOf(rest)));
    });
    return;
  }
  bodies.scanLarge(rest, reservation, { tolerant: false }).then(
    (scanned) =>
      settle(() => {
        const parsed = putBack(parse(textOf(scanned.rest)));
        return placeBlocks(parsed, scanned.blocks, (_path, parent) => isTensor(parent));
      }),
    (error: unknown) => done(error as Error),
  );
}

/** Everything else that a schema calls JSON is to be what JSON is. */
function isTensor(parent: Readonly<Record<string, unknown>>): boolean {
  return (
    typeof parent.datatype === 'string' && Array.isArray(parent.shape) && typeof parent.name === 'string'
  );
}

/** Bytes that are no UTF-8 would be read as other characters than were sent. */
function textOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new DomainError('INVALID_ARGUMENT', 'Expected JSON as UTF-8, got other bytes.');
}
