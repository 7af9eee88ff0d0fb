import type { ModelOrder, ModelPosition } from '../catalog/index.js';
import { decodeCursor, encodeCursor, invalidCursor } from './cursor.js';

/** How the positions of one list are written as cursors. */
export interface CursorCodec<Position> {
  encode(position: Position): string;
  /** @throws DomainError CURSOR_INVALID */
  decode(cursor: string): Position;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MAX_INT = 2 ** 31 - 1;
/** PostgreSQL's bigint. */
const MAX_EVENT_CURSOR = 2n ** 63n - 1n;

/** The direction is no part of it: a position in the alphabet is the same read either way. */
export function modelCursors({ field }: ModelOrder): CursorCodec<ModelPosition> {
  const list = `models/${field}`;
  const isValue = field === 'NAME' ? (value: string) => !value.includes('\u0000') : isInstant;
  const isPosition = (values: readonly unknown[]): values is [string, string] => {
    const [value, id] = values;
    return (
      values.length === 2 &&
      typeof value === 'string' &&
      isValue(value) &&
      typeof id === 'string' &&
      UUID.test(id)
    );
  };
  return {
    encode: ({ value, id }) => encodeCursor(list, [value, id]),
    decode(cursor) {
      const [value, id] = decodeCursor(list, cursor, isPosition);
      return { value, id };
    },
  };
}

export const versionCursors = numberCursors('versions');
export const revisionCursors = numberCursors('revisions');
export const migrationCursors = numberCursors('migrations');

export const deploymentCursors: CursorCodec<{ readonly name: string }> = {
  encode: ({ name }) => encodeCursor('deployments', [name]),
  decode(cursor) {
    const [name] = decodeCursor('deployments', cursor, isName);
    return { name };
  },
};

export const derivativeCursors = textCursors('derivatives', isUuid);
export const alertCursors = textCursors('alerts', isUuid);
export const evaluationScheduleCursors = textCursors('evaluation-schedules', isName);
export const alertRuleCursors = textCursors('alert-rules', isName);

export const aliasChangeCursors = idCursors('alias-history');
export const recordedRequestCursors = idCursors('recorded-requests');
export const loggedPredictionCursors = idCursors('logged-predictions');
export const jobCursors = idCursors('jobs');

/** Decimal, since it is also what `monitoringEvents(after:)` takes and what people read in logs. */
export const eventCursors: CursorCodec<bigint> = {
  encode: (cursor) => cursor.toString(),
  decode(cursor) {
    const value = /^\d{1,19}$/.test(cursor) ? BigInt(cursor) : null;
    if (value === null || value > MAX_EVENT_CURSOR) throw invalidCursor(cursor);
    return value;
  },
};

function idCursors(list: string): CursorCodec<bigint> {
  return {
    encode: (id) => encodeCursor(list, [id.toString()]),
    decode: (cursor) => BigInt(decodeCursor(list, cursor, isId)[0]),
  };
}

function textCursors(
  list: string,
  isPosition: (values: readonly unknown[]) => values is [string],
): CursorCodec<string> {
  return {
    encode: (text) => encodeCursor(list, [text]),
    decode: (cursor) => decodeCursor(list, cursor, isPosition)[0],
  };
}

function numberCursors(list: string): CursorCodec<number> {
  const isPosition = (values: readonly unknown[]): values is [number] =>
    values.length === 1 &&
    typeof values[0] === 'number' &&
    Number.isInteger(values[0]) &&
    Math.abs(values[0]) <= MAX_INT;
  return {
    encode: (number) => encodeCursor(list, [number]),
    decode: (cursor) => decodeCursor(list, cursor, isPosition)[0],
  };
}

function isUuid(values: readonly unknown[]): values is [string] {
  const [id] = values;
  return values.length === 1 && typeof id === 'string' && UUID.test(id);
}

function isId(values: readonly unknown[]): values is [string] {
  const [id] = values;
  return (
    values.length === 1 && typeof id === 'string' && /^\d{1,19}$/.test(id) && BigInt(id) <= MAX_EVENT_CURSOR
  );
}

function isName(values: readonly unknown[]): values is [string] {
  return values.length === 1 && typeof values[0] === 'string' && !values[0].includes('\u0000');
}

function isInstant(value: string): boolean {
  const time = Date.parse(value);
  return Number.isFinite(time) && new Date(time).toISOString() === value;
}
