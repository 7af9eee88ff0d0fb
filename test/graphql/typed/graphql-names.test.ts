import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { distinctNames, graphqlName, typePrefix } from '../../../src/graphql/typed/graphql-names.js';

const NAME = /^[_A-Za-z]\w*$/;

describe('names of fields and types', () => {
  it.each([
    ['esol', 'esol', 'Esol'],
    ['binding-energy', 'binding_energy', 'BindingEnergy'],
    ['my.model-v2', 'my_model_v2', 'MyModelV2'],
    ['2d-ising', '_2d_ising', '_2dIsing'],
    ['__typename', '_typename', 'Typename'],
    ['log S (mol/L)', 'log_S__mol_L_', 'LogSMolL'],
    ['溶解度', '_', '_'],
    ['😀x', '_x', 'X'],
    ['', '_', '_'],
  ])('%j is the field %s and begins types with %s', (text, field, prefix) => {
    expect(graphqlName(text)).toBe(field);
    expect(typePrefix(field)).toBe(prefix);
  });

  it('are legal whatever the text, and each once, in the order they came', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        const names = distinctNames(texts, ['error']);
        expect(new Set(names).size).toBe(texts.length);
        for (const name of names) {
          expect(name).toMatch(NAME);
          expect(name).not.toMatch(/^__/);
          expect(name).not.toBe('error');
          expect(typePrefix(name)).toMatch(NAME);
        }
        // What comes later changes nothing that was there before.
        expect(distinctNames(texts.slice(0, -1), ['error'])).toEqual(names.slice(0, -1));
      }),
    );
  });

  it('are numbered from the second on', () => {
    expect(distinctNames(['a-b', 'a_b', 'a.b', 'a_b_2'])).toEqual(['a_b', 'a_b_2', 'a_b_3', 'a_b_2_2']);
  });
});
