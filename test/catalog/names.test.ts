import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { checkAliasName, checkName, checkNewTagName, checkTagName } from '../../src/catalog/names.js';

const field = ['name'];

describe('names', () => {
  it.each(['esol', 'a', '3d-shape', 'x'.repeat(63), '2024', 'ResNet50', 'half_plus_two', 'bge-v1.5', 'a_'])(
    'takes %s for a model',
    (name) => {
      expect(() => checkName('model', name, field)).not.toThrow();
    },
  );

  it.each([
    '',
    '-a',
    '_a',
    '.a',
    'a..b',
    'a.',
    'a.git',
    'a.Lock',
    'x'.repeat(64),
    'ä',
    'a\n',
    'a b',
    '../etc',
  ])('refuses %j, with the rule', (name) => {
    expect(() => checkName('model', name, field)).toThrow(
      expect.objectContaining({
        code: 'INVALID_NAME',
        field,
        message: expect.stringContaining('1 to 63 letters, digits, dots, underscores and hyphens'),
      }),
    );
  });

  it.each([
    ['3', 'means version 3'],
    ['v1', 'version tag'],
    ['v2-rc', 'version tag'],
    ['1.2', 'version tag'],
    ['V1.2.0', 'version tag'],
    ['sha256', 'digest'],
    ['V3', 'version tag'],
    ['HEAD', 'Git'],
    ['Prod!', '1 to 63 letters'],
  ])('refuses the alias %s', (name, reason) => {
    expect(() => checkAliasName(name, field)).toThrow(
      expect.objectContaining({ code: 'INVALID_NAME', message: expect.stringContaining(reason) }),
    );
  });

  it.each(['production', 'staging', 'vnext', '2024-best', 'Champion', 'a_b', 'latest', 'main'])(
    'takes the alias %s',
    (name) => {
      expect(() => checkAliasName(name, field)).not.toThrow();
    },
  );

  it.each(['v1.2.0', '1.0', 'Release_3', 'x'.repeat(128)])('takes the tag %s', (name) => {
    expect(() => checkTagName(name, field)).not.toThrow();
  });

  it.each([
    '',
    '12',
    '.a',
    '-a',
    'a..b',
    'a.',
    'a.lock',
    'sha256-x',
    'SHA256abc',
    'a b',
    'a@b',
    'a/b',
    'x'.repeat(129),
  ])('refuses the tag %j', (name) => {
    expect(() => checkTagName(name, field)).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
  });

  it.each(['HEAD', 'Head', 'ORIG_HEAD', 'latest', 'main', 'Main'])(
    'refuses a new tag %s, which an archive from before may have',
    (name) => {
      expect(() => checkTagName(name, field)).not.toThrow();
      expect(() => checkNewTagName(name, field)).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
    },
  );

  it('repeats no more than a little of what came', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 200, maxLength: 2_000 }), (name) => {
        try {
          checkName('model', name, field);
        } catch (error) {
          expect((error as Error).message.length).toBeLessThan(800);
          return;
        }
        throw new Error('a name this long was taken');
      }),
    );
  });
});
