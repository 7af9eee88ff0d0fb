import { describe, expect, it } from '@jest/globals';
import { storageError } from '../../../src/artifacts/storage-error.js';
import { loadFailure, ModelFault } from '../../../src/deployments/harness/load-failure.js';
import { MemoryBudget, NoRoom } from '../../../src/deployments/harness/memory-budget.js';
import { RunnerLost } from '../../../src/runtime/index.js';
import { refusalOf } from '../../../src/onnx/index.js';
import { databaseProblem } from '../../../src/platform/database-errors.js';
import { DomainError } from '../../../src/platform/errors.js';
import { DatabaseUnavailable, StoreUnavailable, WorkerUnavailable } from '../../../src/platform/failures.js';

const system = (code: string) => Object.assign(new Error(code), { code });

describe('why a model did not come up', () => {
  it.each([
    {
      what: 'its process crashed',
      error: new RunnerLost('x', { end: 'CRASHED', atWork: true }),
      is: RunnerLost,
    },
    {
      what: 'its process could not be started',
      error: new RunnerLost('x', { end: 'NOT_STARTED', atWork: true }),
      is: WorkerUnavailable,
    },
    {
      what: 'its process ran out of the memory it may take',
      error: new RunnerLost('x', { end: 'OUT_OF_MEMORY', atWork: true, code: 'MODEL_OUT_OF_MEMORY' }),
      is: ModelFault,
    },
    { what: 'the disk fails', error: storageError(system('EIO')), is: StoreUnavailable },
    { what: 'the disk is full', error: storageError(system('ENOSPC')), is: StoreUnavailable },
    {
      what: 'a cache is full, as a process says',
      error: refusalOf('STORAGE_FULL', 'x'),
      is: StoreUnavailable,
    },
    { what: 'a process refuses it', error: refusalOf('INVALID_MODEL', 'x'), is: ModelFault },
    {
      what: 'the database is away',
      error: databaseProblem(system('ECONNREFUSED')),
      is: DatabaseUnavailable,
    },
    { what: 'RDKit does not start', error: new WorkerUnavailable('x'), is: WorkerUnavailable },
    { what: 'it is larger than all the memory', error: new DomainError('OVERLOADED', 'x'), is: ModelFault },
    { what: 'its file is damaged', error: new DomainError('ARTIFACT_CORRUPT', 'x'), is: ModelFault },
    { what: 'nobody knows', error: new TypeError('secret'), is: ModelFault },
  ])('$what', ({ error, is }) => {
    const failure = loadFailure(error);
    expect(failure).toBeInstanceOf(is);
    expect(failure.message).not.toContain('secret');
    // Looked at twice it is the same.
    expect(loadFailure(failure)).toBe(failure);
  });

  it('other models hold the memory', async () => {
    const budget = new MemoryBudget(10);
    const place = await budget.reserve(8, 'first');
    place.occupy({ memoryBytes: 8, lastUsed: 0, busy: true, unload: () => Promise.resolve(false) });
    const error = await budget.reserve(5, 'second').catch((reason: unknown) => reason);
    expect(loadFailure(error)).toBeInstanceOf(NoRoom);
    const tooLarge = await budget.reserve(11, 'third').catch((reason: unknown) => reason);
    expect(loadFailure(tooLarge)).toBeInstanceOf(ModelFault);
  });
});
