import { fromInt64 } from '../onnx-schema.js';
import type { Edits } from './edits.js';
import { GRAPH, type GraphOutline } from './graph-layout.js';

/** The version of the standard operators; undefined where the graph imports none. */
export function opsetOf({ outline }: GraphOutline): number | undefined {
  const found = (outline.opset_import ?? []).find(({ domain }) => isStandardDomain(domain));
  return found && Number(fromInt64(found.version));
}

export function isStandardDomain(domain: string | undefined): boolean {
  return domain === undefined || domain === '' || domain === 'ai.onnx';
}

/** What the graph says of the type of a value, which is true no more, besides where it is declared as input or output. */
export function dropDeclaredType(value: string, { outline, places }: GraphOutline, edits: Edits): void {
  for (const [place, { name }] of (outline.graph?.value_info ?? []).entries()) {
    const piece = places.get(GRAPH.valueInfo)?.[place];
    if (name === value && piece !== undefined) edits.graph.set(piece, null);
  }
}
