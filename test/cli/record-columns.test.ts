import { describe, expect, it } from '@jest/globals';
import { instanceForm, mapCells, mapColumns } from '../../cli/input/column-mapping.js';

const record = instanceForm({
  format: 2,
  instance: {
    t: { kind: 'number' },
    solvent: { kind: 'category', missing: { use: 'water' } },
    code: { kind: 'text' },
  },
});
const rowOf = (form: typeof record, header: readonly string[], cells: readonly string[]) =>
  mapCells(cells, mapColumns(header, form, new Map(), 'table.csv'));

describe('columns of a table for a pipeline of format 2', () => {
  it('are its fields; those that may be left out are taken where they are there', () => {
    expect(rowOf(record, ['T', 'code', 'note'], ['300', '007', 'x'])).toEqual({
      instance: { t: 300, code: '007' },
      columns: { note: 'x' },
    });
    expect(rowOf(record, ['t', 'code', 'solvent'], ['25 degC', 'a', 'ethanol']).instance).toEqual({
      t: '25 degC',
      code: 'a',
      solvent: 'ethanol',
    });
    expect(rowOf(record, ['t', 'code', 'solvent'], ['1', 'a', '']).instance).toEqual({ t: 1, code: 'a' });
    expect(() => rowOf(record, ['t'], ['1'])).toThrow(/expected t and code/);
  });

  it('may be those of its only molecule or nuclide', () => {
    const nuclide = instanceForm({ format: 2, instance: { nuclide: { kind: 'nuclide' } } });
    expect(rowOf(nuclide, ['z', 'n'], ['26', '30']).instance).toEqual({ z: 26, n: 30 });
    const molecule = instanceForm({ format: 2, instance: { solute: { kind: 'molecule' } } });
    expect(rowOf(molecule, ['smiles'], ['CCO']).instance).toEqual({ smiles: 'CCO' });
    expect(rowOf(molecule, ['solute'], ['CCO']).instance).toEqual({ solute: 'CCO' });
  });
});
