import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { formatVersionRef, parseSelectorWithin, parseVersionRef } from '../../src/catalog/version-ref.js';

const digest = `sha256:${'ab'.repeat(32)}`;

describe('version references', () => {
  it.each([
    ['esol', { kind: 'default' }],
    ['esol@3', { kind: 'number', number: 3 }],
    ['esol@v1.2.0', { kind: 'name', name: 'v1.2.0' }],
    ['esol@production', { kind: 'name', name: 'production' }],
    [`esol@${digest}`, { kind: 'digest', digest }],
    ['esol@99999999999999999999', { kind: 'number', number: 2 ** 31 - 1 }],
  ])('reads %s', (text, selector) => {
    expect(parseVersionRef(text)).toEqual({ model: 'esol', selector });
  });

  it.each([
    ['', 'INVALID_NAME'],
    ['@3', 'INVALID_NAME'],
    ['_esol@3', 'INVALID_NAME'],
    ['esol@', 'INVALID_ARGUMENT'],
    ['esol@a@b', 'INVALID_ARGUMENT'],
    ['esol@sha256:12', 'INVALID_ARGUMENT'],
    [`esol@${digest.toUpperCase()}`, 'INVALID_ARGUMENT'],
    ['esol@a b', 'INVALID_ARGUMENT'],
    ['esol@-1/2', 'INVALID_ARGUMENT'],
    ['esol@a\u0000', 'INVALID_ARGUMENT'],
  ])('refuses %j', (text, code) => {
    expect(() => parseVersionRef(text, ['version'])).toThrow(
      expect.objectContaining({ code, field: ['version'] }),
    );
  });

  it('reads what it writes', () => {
    const name = fc
      .stringMatching(/^[A-Za-z_][A-Za-z0-9._-]{0,20}$/)
      .filter((text) => !/^sha256/i.test(text));
    const selector = fc.oneof(
      fc.constant({ kind: 'default' } as const),
      fc.record({ kind: fc.constant('number' as const), number: fc.nat() }),
      fc.record({ kind: fc.constant('name' as const), name }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/), selector, (model, wanted) => {
        expect(parseVersionRef(formatVersionRef(model, wanted))).toEqual({ model, selector: wanted });
      }),
    );
  });

  it('takes a full reference where the model is known, when it is the same model', () => {
    expect(parseSelectorWithin('esol', 'esol@2', ['version'])).toEqual({ kind: 'number', number: 2 });
    expect(parseSelectorWithin('esol', 'v1', ['version'])).toEqual({ kind: 'name', name: 'v1' });
    expect(() => parseSelectorWithin('esol', 'other@2', ['version'])).toThrow('belongs to another model');
  });
});
