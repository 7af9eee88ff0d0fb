import type { PlacedBlock } from './json-reader.js';
import type { JsonPath } from './scan-json.js';

type Node = Record<string | number, unknown>;

/**
 * Puts what was read apart where it belongs. Of two equal keys the last one counts, as for JSON.parse: what stood under
 * another is dropped.
 *
 * @param meansTensor whether numbers at this place are read as a tensor; anywhere else they become arrays again
 */
export function placeBlocks(
  root: unknown,
  blocks: readonly PlacedBlock[],
  meansTensor: (path: JsonPath, parent: Readonly<Record<string, unknown>>) => boolean,
): unknown {
  let result = root;
  for (const { block, path, placeholder } of blocks) {
    const last = path.at(-1);
    if (last === undefined) {
      // All of the text is one array.
      result = block.toJSON();
      continue;
    }
    const parent = follow(root, path);
    if (parent?.[last] !== placeholder) continue;
    parent[last] = meansTensor(path, parent) ? block : block.toJSON();
  }
  return result;
}

function follow(root: unknown, path: JsonPath): Node | undefined {
  let node = root;
  for (const step of path.slice(0, -1)) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, step)) return undefined;
    node = (node as Node)[step];
  }
  const last = path.at(-1) ?? '';
  return typeof node === 'object' && node !== null && Object.hasOwn(node, last) ? (node as Node) : undefined;
}
