import { useLiveQuery } from '../../api/live-query.js';
import { QueryError } from '../../components/query-error.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { Skeleton } from '../../components/skeleton.js';
import { CompareGraphs } from '../../__generated__/comparison.js';
import type { CompareGraphsQuery } from '../../__generated__/operations.js';
import { formatCount, formatNumber, NOTHING } from '../../formats/numbers.js';
import type { Pair } from './pair.js';

type Graph = CompareGraphsQuery['compareVersions']['graph'];

/** What differs inside the two graphs, down to their weights. */
export function GraphSection({ base, target }: Pair) {
  const { data, error, isLoading, refresh } = useLiveQuery(CompareGraphs, { base, target });
  const graph = data?.compareVersions.graph;
  return (
    <section className="panel" aria-label="Graph and weights">
      <div className="panel-head">
        <h2>Graph and weights</h2>
      </div>
      <div className="panel-body">
        {error && <QueryError error={error} onRetry={refresh} />}
        {isLoading && <Skeleton lines={4} />}
        {graph && <Totals graph={graph} />}
      </div>
      {graph && graph.operators.length > 0 && <Operators operators={graph.operators} />}
      {graph && graph.nodes.length > 0 && <Nodes nodes={graph.nodes} />}
      {graph && graph.initializers.length > 0 && <Weights tensors={graph.initializers} />}
    </section>
  );
}

function Totals({ graph: { nodeTotals, initializerTotals, properties } }: { readonly graph: Graph }) {
  const words = (what: string, totals: Graph['nodeTotals']) => {
    const parts = (['changed', 'added', 'removed'] as const).filter((part) => totals[part] > 0);
    return `${totals.base} → ${totals.target} ${what}: ${
      parts.length === 0 ? 'all the same' : parts.map((part) => `${totals[part]} ${part}`).join(', ')
    }.`;
  };
  return (
    <>
      <p>
        {words('nodes', nodeTotals)} {words('stored tensors', initializerTotals)}
      </p>
      {properties.map(({ name, base, target }) => (
        <p key={name}>
          {name}: <span className="mono">{base ?? 'none'}</span> →{' '}
          <span className="mono">{target ?? 'none'}</span>
        </p>
      ))}
    </>
  );
}

function Operators({ operators }: { readonly operators: Graph['operators'] }) {
  return (
    <ScrollTable isDense label="Operators">
      <thead>
        <tr>
          <th scope="col">Operator</th>
          <th scope="col" className="number">
            Now
          </th>
          <th scope="col" className="number">
            Then
          </th>
        </tr>
      </thead>
      <tbody>
        {operators.map(({ operator, base, target }) => (
          <tr key={operator}>
            <th scope="row" className="mono">
              {operator}
            </th>
            <td className="number">{base}</td>
            <td className="number">{target}</td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Nodes({ nodes }: { readonly nodes: Graph['nodes'] }) {
  return (
    <ScrollTable label="Nodes that differ">
      <thead>
        <tr>
          <th scope="col">Node</th>
          <th scope="col">Operator</th>
          <th scope="col">What changed</th>
        </tr>
      </thead>
      <tbody>
        {nodes.map(({ change, name, targetName, operator, details }) => (
          <tr key={`${change} ${name}`}>
            <th scope="row" className="mono">
              {name}
              {targetName !== null && ` → ${targetName}`}
            </th>
            <td className="mono">{operator}</td>
            <td>{details.length === 0 ? change.toLowerCase() : details.join('; ')}</td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function Weights({ tensors }: { readonly tensors: Graph['initializers'] }) {
  return (
    <ScrollTable label="Weights that differ">
      <thead>
        <tr>
          <th scope="col">Stored tensor</th>
          <th scope="col">Type</th>
          <th scope="col" className="number">
            Elements changed
          </th>
          <th scope="col" className="number">
            Largest change
          </th>
          <th scope="col" className="number">
            Mean change
          </th>
          <th scope="col" className="number">
            Mean size
          </th>
        </tr>
      </thead>
      <tbody>
        {tensors.map(({ change, name, targetName, base, target, difference }) => (
          <tr key={`${change} ${name}`}>
            <th scope="row" className="mono">
              {name}
              {targetName !== null && ` → ${targetName}`}
            </th>
            <td className="mono">
              {[specOf(base), specOf(target)].filter((spec, at, all) => all.indexOf(spec) === at).join(' → ')}
            </td>
            <td className="number">
              {difference === null
                ? change.toLowerCase()
                : `${formatCount(difference.changed)} of ${formatCount(difference.elements)}`}
            </td>
            <td className="number">{formatNumber(difference?.largest)}</td>
            <td className="number">{formatNumber(difference?.mean)}</td>
            <td className="number">{formatNumber(difference?.meanMagnitude)}</td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}

function specOf(spec: Graph['initializers'][number]['base']): string {
  return spec === null ? NOTHING : `${spec.datatype} [${spec.shape.join(', ')}]`;
}
