import { MAX_LISTED, shortened } from './bounded-list.js';
import type { GraphOutline } from './graph-outline.js';
import { initializerDifferences, type InitializerDifferences } from './initializer-differences.js';
import { matchNodes } from './match-nodes.js';
import { matchTensors } from './match-tensors.js';
import { nodeDifferences, type NodeDifferences } from './node-differences.js';
import { readOutline } from './read-outline.js';
import { ContentFile, type GraphFiles } from './stored-tensor.js';
import { TensorComparer } from './tensor-difference.js';

/** What differs between two graphs. Lists hold the first 100 of each kind of change, `totals` count all. */
export interface GraphDifference {
  /** Operators that one graph uses more often than the other. */
  readonly operators: readonly {
    readonly operator: string;
    readonly base: number;
    readonly target: number;
  }[];
  readonly nodes: NodeDifferences;
  /** Tensors the file stores: initializers, and the values of Constant nodes. Changed ones: largest change first. */
  readonly initializers: InitializerDifferences;
  /** Versions of operator sets and of the format, the producer, metadata. */
  readonly properties: readonly {
    readonly name: string;
    readonly base: string | null;
    readonly target: string | null;
  }[];
}

/**
 * Compares two ONNX files in memory that does not grow with their weights. Synchronous: for a child process.
 *
 * @throws ModelProblem
 */
export function compareGraphs(
  baseGraph: string | GraphFiles,
  targetGraph: string | GraphFiles,
): GraphDifference {
  const [baseFiles, targetFiles] = [filesOf(baseGraph), filesOf(targetGraph)];
  const [base, target] = [readOutline(baseFiles.path), readOutline(targetFiles.path)];
  const nodes = matchNodes(base, target);
  const files = { base: new ContentFile(baseFiles), target: new ContentFile(targetFiles) };
  try {
    const comparer = new TensorComparer(files);
    const tensors = matchTensors(base, target, nodes, {
      base: (tensor) => comparer.digest('base', tensor),
      target: (tensor) => comparer.digest('target', tensor),
    });
    return {
      operators: operatorDifference(base, target),
      nodes: nodeDifferences(base, target, nodes, tensors),
      initializers: initializerDifferences(base, target, tensors, comparer),
      properties: propertyDifference(base, target),
    };
  } finally {
    files.base.close();
    files.target.close();
  }
}

function filesOf(graph: string | GraphFiles): GraphFiles {
  return typeof graph === 'string' ? { path: graph } : graph;
}

function operatorDifference(base: GraphOutline, target: GraphOutline): GraphDifference['operators'] {
  const [before, after] = [histogram(base), histogram(target)];
  return [...new Set([...before.keys(), ...after.keys()])]
    .sort()
    .map((operator) => ({ operator, base: before.get(operator) ?? 0, target: after.get(operator) ?? 0 }))
    .filter((count) => count.base !== count.target);
}

function histogram({ nodes }: GraphOutline): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { operator } of nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return counts;
}

function propertyDifference(base: GraphOutline, target: GraphOutline): GraphDifference['properties'] {
  const names = new Set([...base.properties.keys(), ...target.properties.keys()]);
  return [...names]
    .map((name) => ({
      name: shortened(name),
      base: base.properties.get(name) ?? null,
      target: target.properties.get(name) ?? null,
    }))
    .filter((property) => property.base !== property.target)
    .slice(0, MAX_LISTED)
    .map(({ name, ...values }) => ({
      name,
      base: values.base === null ? null : shortened(values.base),
      target: values.target === null ? null : shortened(values.target),
    }));
}
