import { describe, expect, it } from '@jest/globals';
import { failureOf } from '../../src/deployments/load-errors.js';
import { RunnerLost } from '../../src/runtime/index.js';
import { DomainError } from '../../src/platform/errors.js';

describe('why a model did not come up', () => {
  it.each([
    ['its process crashed', new RunnerLost('x', { end: 'CRASHED', atWork: true }), 'CRASH'],
    [
      'its process could not be started',
      new RunnerLost('x', { end: 'NOT_STARTED', atWork: true }),
      'OBSTACLE',
    ],
    [
      'its process ran out of the memory it may take',
      new RunnerLost('x', { end: 'OUT_OF_MEMORY', atWork: true, code: 'MODEL_OUT_OF_MEMORY' }),
      'FAULT',
    ],
    ['a disk or the database failed', new DomainError('UNAVAILABLE', 'x'), 'OBSTACLE'],
    ['a disk is full', new DomainError('STORAGE_FULL', 'x'), 'OBSTACLE'],
    ['others hold the memory', new DomainError('OVERLOADED', 'x', { retryAfterMs: 1 }), 'NO_ROOM'],
    ['it is larger than all the memory', new DomainError('OVERLOADED', 'x'), 'FAULT'],
    ['its file is damaged', new DomainError('ARTIFACT_CORRUPT', 'x'), 'FAULT'],
    ['nobody knows', new TypeError('x'), 'FAULT'],
  ] as const)('%s', (_, error, kind) => {
    expect(failureOf(error)).toBe(kind);
  });
});
