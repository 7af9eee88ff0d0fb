import { describe, expect, it } from '@jest/globals';
import { databaseProblem } from '../../src/platform/database-errors.js';

const thrown = (message: string, more: object = {}) =>
  Object.assign(new Error(message), { name: 'PrismaClientKnownRequestError', ...more });

describe('a failure of the database', () => {
  it.each([
    ['by its code', thrown("Can't reach database server at /srv/data/socket", { code: 'P1001' })],
    [
      'by its words, after a raw query',
      thrown("Raw query failed. Code: `N/A`. Message: `Can't reach database server at 10.0.0.1:5432`", {
        code: 'P2010',
      }),
    ],
    ['by the code of what caused it', thrown('Query failed', { cause: { originalCode: '57P01' } })],
  ])('is UNAVAILABLE when it was not reached: told %s, without a path or address', (_, error) => {
    const problem = databaseProblem(error);
    expect(problem).toMatchObject({ code: 'UNAVAILABLE', cause: error });
    expect(problem?.message).not.toMatch(/srv|10\.0/);
  });

  it('is STORAGE_FULL when its disk is full', () => {
    const error = thrown('could not extend file "base/5/16465_fsm": No space left on device');
    expect(databaseProblem(error)).toMatchObject({ code: 'STORAGE_FULL' });
  });

  it.each([
    ['by its code', thrown('Query failed', { cause: { originalCode: '22021' } })],
    ['by its words', thrown('Raw query failed. Message: `invalid byte sequence for encoding "UTF8": 0x00`')],
  ])('is INVALID_ARGUMENT when a text cannot be compared: told %s', (_, error) => {
    expect(databaseProblem(error)).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('is left as it is when the query was wrong', () => {
    expect(databaseProblem(thrown('Unique constraint failed', { code: 'P2002' }))).toBeNull();
  });
});
