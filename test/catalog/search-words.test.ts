import { describe, expect, it } from '@jest/globals';
import { searchWords } from '../../src/catalog/model-filter.js';
import { modelNotFound, versionNotFound } from '../../src/catalog/not-found.js';

describe('search', () => {
  it('is for words, whatever characters they are made of', () => {
    expect(searchWords('  50% a_b \\ ')).toEqual(['50%', 'a_b', '\\']);
    expect(searchWords(' \n ')).toEqual([]);
  });

  it('refuses texts that are no search', () => {
    expect(() => searchWords('a '.repeat(11))).toThrow('at most 10 words');
    expect(() => searchWords('a'.repeat(501))).toThrow('at most 500 characters');
  });
});

describe('what is said about things that do not exist', () => {
  it('suggests what may have been meant', () => {
    const names = ['binding-energy', 'esol', 'lennard-jones'];
    expect(modelNotFound('esoll', names, []).message).toBe('No model is named "esoll". Did you mean "esol"?');
    expect(modelNotFound('binding', names, []).message).toContain('Did you mean "binding-energy"?');
    expect(modelNotFound('zzz', names, []).message).toContain(
      'The catalog has "binding-energy", "esol", "lennard-jones".',
    );
    expect(modelNotFound('zzz', [], []).message).toContain('The catalog is empty');
  });

  it('lists the versions, tags and aliases of a model, and not all of many', () => {
    const ref = { model: 'esol', selector: { kind: 'name', name: 'v9' } } as const;
    const tags = Array.from({ length: 10 }, (_, index) => `v1.${index}`);
    expect(versionNotFound(ref, { latestVersion: 2, tags, aliases: ['production'] }, []).message).toBe(
      'There is no "esol@v9". Model "esol" has versions 1 to 2, tags "v1.0", "v1.1", "v1.2", "v1.3", "v1.4", "v1.5", "v1.6", "v1.7" and 2 more, aliases "production".',
    );
    expect(versionNotFound(ref, { latestVersion: 0, tags: [], aliases: [] }, []).message).toContain(
      'no version yet',
    );
  });
});
