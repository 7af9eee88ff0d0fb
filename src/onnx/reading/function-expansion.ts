import { ModelProblem } from '../model-problem.js';

/** Nodes of a graph or function by the function they call; other operators are only counted. */
export interface Body {
  /** Written in it, its subgraphs included. */
  nodes: number;
  /** How often it calls what may be a function, by `callKey`. */
  readonly calls: Map<string, number>;
}

/**
 * Nodes that functions may add to a graph when they are written out, which the runtime does before anything else. The
 * largest published exports have some ten thousand nodes altogether; a hundred thousand take it half a minute.
 */
const MAX_ADDED_NODES = 100_000;

/** What a node calls and a function is called by. */
export function callKey(domain: string | undefined, name: string | undefined, overload?: string): string {
  return JSON.stringify([domain === 'ai.onnx' ? '' : (domain ?? ''), name ?? '', overload ?? '']);
}

/**
 * Counts what a graph becomes when every call is replaced by the function's nodes, without doing it.
 *
 * @throws ModelProblem INVALID_MODEL when a function calls itself, UNSUPPORTED_MODEL when the result would be absurdly large
 */
export function checkExpansion(graph: Body, functions: ReadonlyMap<string, Body>): void {
  const sizes = new Map<string, number>();
  for (const key of bottomUp(functions)) {
    const body = functions.get(key);
    if (body !== undefined) sizes.set(key, expanded(body, sizes));
  }
  const written = graph.nodes + [...functions.values()].reduce((sum, { nodes }) => sum + nodes, 0);
  // A function that nobody calls is checked too: calls may come from other functions of the same file only.
  const total = Math.max(expanded(graph, sizes), ...sizes.values());
  if (total - written <= MAX_ADDED_NODES) return;
  throw new ModelProblem(
    'UNSUPPORTED_MODEL',
    `The ${written} nodes of the file become ${amount(total)} when its functions, which call one another, are written out as the runtime does; expected at most ${MAX_ADDED_NODES} more than are written. Export it with fewer levels of functions`,
  );
}

/** A double counts on beyond what can be counted exactly, which is all that matters there. */
function expanded({ nodes, calls }: Body, sizes: ReadonlyMap<string, number>): number {
  let total = nodes;
  for (const [key, times] of calls) total += times * (sizes.get(key) ?? 0);
  return total;
}

/** Each function after those that it calls; without recursion, since a chain of them may be long. */
function bottomUp(functions: ReadonlyMap<string, Body>): string[] {
  const ordered: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const start of functions.keys()) {
    const path: { key: string; rest: string[] }[] = [];
    const enter = (key: string) => {
      state.set(key, 'open');
      path.push({
        key,
        rest: [...(functions.get(key)?.calls.keys() ?? [])].filter((called) => functions.has(called)),
      });
    };
    if (!state.has(start)) enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const called = top.rest.pop();
      if (called === undefined) {
        state.set(top.key, 'done');
        ordered.push(top.key);
        path.pop();
      } else if (state.get(called) === 'open') throw callsItself(called);
      else if (!state.has(called)) enter(called);
    }
  }
  return ordered;
}

function callsItself(key: string): ModelProblem {
  const [domain = '', name = ''] = JSON.parse(key) as string[];
  const shown = `${domain === '' ? '' : `${domain}.`}${name}`.slice(0, 200);
  return new ModelProblem(
    'INVALID_MODEL',
    `Function ${JSON.stringify(shown)} calls itself, directly or through others, which ONNX forbids: it would never end to be written out`,
  );
}

function amount(count: number): string {
  if (!Number.isFinite(count)) return 'more than 10^308';
  return count > 1e15 ? `about ${count.toExponential(1).replace('e+', '·10^')}` : String(count);
}
