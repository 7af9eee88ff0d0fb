import { Link } from 'wouter';
import type { VersionLineageQuery } from '../../__generated__/operations.js';
import { versionPath } from '../../paths.js';
import { layOut, type Placed } from './layout.js';

type Version = NonNullable<VersionLineageQuery['version']>;

const BOX = { width: 176, height: 46 } as const;
const GAP = { x: 24, y: 46 } as const;
const EDGE = 10;

/** Versions as boxes, each below what it was made from. Every box is a link. */
export function LineageGraph({ version }: { readonly version: Version }) {
  const { nodes, edges } = version.lineage;
  const layout = layOut({
    nodes: nodes.map(({ id }) => id),
    edges: edges.map(({ parent, child }) => ({ parent: parent.id, child: child.id })),
  });
  const places = new Map(layout.nodes.map((placed) => [placed.id, cornerOf(placed)]));
  const width = 2 * EDGE + layout.columns * (BOX.width + GAP.x) - GAP.x;
  const height = 2 * EDGE + layout.rows * (BOX.height + GAP.y) - GAP.y;
  return (
    <div className="panel panel-body table-scroll" tabIndex={0} role="region" aria-label="Lineage graph">
      <svg
        className="lineage"
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label={`Lineage of ${version.ref}`}
      >
        {edges.map(({ parent, child, relation }) => {
          const from = places.get(parent.id);
          const to = places.get(child.id);
          if (!from || !to) return null;
          const start = { x: from.x + BOX.width / 2, y: from.y + BOX.height };
          const end = { x: to.x + BOX.width / 2, y: to.y };
          const middle = (start.y + end.y) / 2;
          return (
            <g key={`${parent.id} ${child.id}`}>
              <path
                d={`M${start.x},${start.y} C${start.x},${middle} ${end.x},${middle} ${end.x},${end.y - 5}`}
              />
              <path
                className="tip"
                d={`M${end.x - 4},${end.y - 7} L${end.x},${end.y} L${end.x + 4},${end.y - 7} Z`}
              />
              <text className="relation" x={(start.x + end.x) / 2 + 6} y={middle + 4}>
                {relation.toLowerCase().replaceAll('_', '-')}
              </text>
            </g>
          );
        })}
        {nodes.map((node) => {
          const place = places.get(node.id);
          if (!place) return null;
          const isThis = node.id === version.id;
          return (
            <Link key={node.id} href={versionPath(node)} aria-label={labelOf(node, edges, nodes, isThis)}>
              <g className={isThis ? 'node this' : 'node'} transform={`translate(${place.x} ${place.y})`}>
                <rect width={BOX.width} height={BOX.height} rx="6" />
                <text x={BOX.width / 2} y={node.aliases.length === 0 ? 28 : 20} textAnchor="middle">
                  {shortened(node.ref)}
                </text>
                {node.aliases.length > 0 && (
                  <text className="names" x={BOX.width / 2} y="36" textAnchor="middle">
                    {shortened(node.aliases.map(({ name }) => name).join(', '))}
                  </text>
                )}
              </g>
            </Link>
          );
        })}
      </svg>
    </div>
  );
}

function cornerOf({ column, row }: Placed): { x: number; y: number } {
  return { x: EDGE + column * (BOX.width + GAP.x), y: EDGE + row * (BOX.height + GAP.y) };
}

function shortened(text: string): string {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}

function labelOf(
  { id, ref }: Version['lineage']['nodes'][number],
  edges: Version['lineage']['edges'],
  nodes: Version['lineage']['nodes'],
  isThis: boolean,
): string {
  const parents = edges.flatMap(({ parent, child, relation }) => {
    const from = nodes.find((node) => node.id === parent.id);
    return child.id === id && from ? [`${relation.toLowerCase().replaceAll('_', '-')} from ${from.ref}`] : [];
  });
  return [ref, isThis ? 'this version' : '', ...parents].filter((part) => part !== '').join(', ');
}
