import { number, plural, shape } from '../terminal/format.js';
import { stack, table } from '../terminal/layout.js';
import type { Comparison } from './comparison.js';

type Graph = NonNullable<Comparison['graph']>;

export function graphReport(graph: Graph): string {
  return stack(
    [totals('Nodes', graph.nodeTotals), totals('Stored tensors', graph.initializerTotals)].join('\n'),
    graph.operators.length === 0
      ? ''
      : table(
          ['OPERATOR', 'BASE', 'TARGET'],
          graph.operators.map(({ operator, base, target }) => [operator, String(base), String(target)]),
        ),
    nodeTable(graph.nodes),
    initializerTable(graph.initializers),
    graph.properties
      .map(({ name, base, target }) => `${name}: ${base ?? 'none'} → ${target ?? 'none'}`)
      .join('\n'),
  );
}

function totals(what: string, { base, target, changed, added, removed }: Graph['nodeTotals']): string {
  const counts = base === target ? String(base) : `${base} → ${target}`;
  return changed + added + removed === 0
    ? `${what}: ${counts}, all equal`
    : `${what}: ${counts}; ${changed} changed, ${added} added, ${removed} removed`;
}

function nodeTable(nodes: Graph['nodes']): string {
  if (nodes.length === 0) return '';
  return table(
    ['NODE', 'OPERATOR', 'CHANGE', 'DETAILS'],
    nodes.map(({ name, targetName, operator, change, details }) => [
      targetName === null ? name : `${name} → ${targetName}`,
      operator,
      change,
      details.join('; '),
    ]),
  );
}

function initializerTable(initializers: Graph['initializers']): string {
  if (initializers.length === 0) return '';
  return table(
    ['STORED TENSOR', 'CHANGE', 'WHAT IT IS', 'LARGEST', 'MEAN', 'OF MAGNITUDE', 'ELEMENTS'],
    initializers.map(({ name, targetName, change, base, target, difference }) => [
      targetName === null ? name : `${name} → ${targetName}`,
      change,
      [
        ...new Set(
          [base, target].filter((spec) => spec !== null).map((spec) => spec.datatype + shape(spec.shape)),
        ),
      ].join(' → '),
      ...[difference?.largest, difference?.mean, difference?.meanMagnitude].map((value) =>
        difference === null ? '' : typeof value === 'number' ? number(value) : 'not finite',
      ),
      difference ? `${difference.changed} of ${plural(Number(difference.elements), 'element')}` : '',
    ]),
  );
}
