import { describe, expect, it } from '@jest/globals';
import { GraphQLError } from 'graphql';
import { formatError, isUnexpected } from '../../../src/graphql/http/error-mapping.js';
import '../../../src/catalog/index.js';
import { payload } from '../../../src/graphql/http/payload.js';
import { DomainError } from '../../../src/platform/errors.js';

const located = (originalError: Error) =>
  new GraphQLError(originalError.message, { originalError, path: ['models', 0] });
const format = (error: GraphQLError) => formatError(error.toJSON(), error);

describe('errors', () => {
  it('tell what was meant for the caller, with code and place', () => {
    const error = located(new DomainError('OVERLOADED', 'Too busy.', { field: ['a'] }));
    expect(format(error)).toEqual({
      message: 'Too busy.',
      path: ['models', 0],
      extensions: { code: 'OVERLOADED', field: ['a'] },
    });
    expect(isUnexpected(error)).toBe(false);
  });

  it('tell nothing of what nobody meant to happen', () => {
    const error = located(new Error('ENOENT: no such file, open /srv/secret/model.onnx'));
    expect(format(error)).toEqual({
      message: expect.stringMatching(/^Internal error/),
      path: ['models', 0],
      extensions: { code: 'INTERNAL' },
    });
    expect(isUnexpected(error)).toBe(true);
    const wrapped = located(located(new DomainError('INTERNAL', 'row 7 of /srv/data is broken')));
    expect(JSON.stringify(format(wrapped))).not.toContain('srv');
  });

  it('leave what GraphQL itself says as it is', () => {
    const error = new GraphQLError('Cannot query field "x".', {
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
    expect(format(error)).toEqual({
      message: 'Cannot query field "x".',
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    });
  });
});

describe('payloads', () => {
  it('hold what was made, or what can be put right; the rest is thrown', async () => {
    expect(await payload({ model: null }, async () => ({ model: 'm' }))).toEqual({
      model: 'm',
      userErrors: [],
    });
    const taken = new DomainError('NAME_TAKEN', 'Taken.', { field: ['name'] });
    expect(await payload({ model: null }, () => Promise.reject(taken))).toEqual({
      model: null,
      userErrors: [{ field: ['name'], code: 'NAME_TAKEN', message: 'Taken.' }],
    });
    await expect(
      payload({ model: null }, () => Promise.reject(new DomainError('OVERLOADED', 'Busy.'))),
    ).rejects.toThrow('Busy.');
  });
});
