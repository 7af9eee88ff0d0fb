import { describe, expect, it } from '@jest/globals';
import { layOut } from '../../../web/dashboard/models/lineage/layout.js';

const edges = (...pairs: string[]) =>
  pairs.map((pair) => ({ parent: pair.charAt(0), child: pair.charAt(1) }));
const rowsOf = (nodes: string, ...pairs: string[]) =>
  layOut({ nodes: nodes.split(''), edges: edges(...pairs) }).nodes.map(
    ({ id, row, column }) => `${id}${row}${column}`,
  );

describe('the layout of a lineage', () => {
  it('puts each version below everything it was made from', () => {
    expect(rowsOf('dacb', 'ab', 'bd', 'ac', 'cd')).toEqual(['a00', 'c10', 'b11', 'd20']);
    expect(rowsOf('abcd', 'ab', 'bc', 'ad', 'cd')).toEqual(['a00', 'b10', 'c20', 'd30']);
  });

  it('keeps children under their parents, side by side', () => {
    expect(rowsOf('abdc', 'ac', 'bd')).toEqual(['a00', 'b01', 'c10', 'd11']);
  });

  it('takes one version, none, and edges to versions that were left out', () => {
    expect(layOut({ nodes: ['a'], edges: edges('xa') })).toEqual({
      nodes: [{ id: 'a', column: 0, row: 0 }],
      columns: 1,
      rows: 1,
    });
    expect(layOut({ nodes: [], edges: [] })).toEqual({ nodes: [], columns: 0, rows: 0 });
  });

  it('ends with edges that go round', () => {
    expect(rowsOf('ab', 'ab', 'ba')).toHaveLength(2);
  });
});
