import type { OutlineGraph, OutlineNode } from './outline-schema.js';

/** Which nodes of the main graph make and read each of its values. */
export class ValueUsers {
  readonly #producer = new Map<string, number>();
  readonly #readers = new Map<string, number[]>();
  /** Read by the body of an If, a Loop or a Scan, or handed out of one. */
  readonly #readInside = new Set<string>();
  readonly #givenInside = new Set<string>();
  readonly #names = new Set<string>();
  readonly #withBodies: number[] = [];

  constructor(graph: OutlineGraph) {
    for (const { name = '' } of [
      ...(graph.input ?? []),
      ...(graph.initializer ?? []),
      ...(graph.output ?? []),
    ])
      this.#names.add(name);
    for (const [index, node] of (graph.node ?? []).entries()) {
      for (const name of node.output ?? []) {
        this.#names.add(name);
        if (name !== '') this.#producer.set(name, index);
      }
      for (const name of node.input ?? []) {
        const known = this.#readers.get(name);
        if (known) known.push(index);
        else this.#readers.set(name, [index]);
      }
      if ((node.attribute ?? []).some(({ g, graphs = [] }) => g !== undefined || graphs.length > 0))
        this.#withBodies.push(index);
      this.#bodies(node);
    }
  }

  /** Index of the node that makes it; undefined for an input or an initializer. */
  producer(name: string): number | undefined {
    return this.#producer.get(name);
  }

  readers(name: string): readonly number[] {
    return this.#readers.get(name) ?? [];
  }

  isReadInside(name: string): boolean {
    return this.#readInside.has(name);
  }

  /** Whether a body gives it back as an output of its own. */
  isGivenInside(name: string): boolean {
    return this.#givenInside.has(name);
  }

  /** Every node that makes or reads one of the values, itself or in a body. */
  nodesOf(names: readonly string[]): Set<number> {
    const nodes = new Set<number>();
    for (const name of names) {
      for (const index of this.readers(name)) nodes.add(index);
      const producer = this.producer(name);
      if (producer !== undefined) nodes.add(producer);
      if (this.isReadInside(name)) for (const index of this.#withBodies) nodes.add(index);
    }
    return nodes;
  }

  /** A name like the wanted one that nothing has; it is taken from then on. */
  fresh(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#names.has(name); count += 1) name = `${wanted}_${count}`;
    this.#names.add(name);
    return name;
  }

  #bodies({ attribute = [] }: OutlineNode): void {
    for (const { g, graphs = [] } of attribute)
      for (const body of g === undefined ? graphs : [g, ...graphs]) {
        for (const { name = '' } of [...(body.initializer ?? []), ...(body.input ?? [])])
          this.#names.add(name);
        for (const { name = '' } of body.output ?? []) {
          this.#names.add(name);
          this.#givenInside.add(name);
        }
        for (const node of body.node ?? []) {
          for (const name of node.output ?? []) this.#names.add(name);
          for (const name of node.input ?? []) {
            this.#names.add(name);
            this.#readInside.add(name);
          }
          this.#bodies(node);
        }
      }
  }
}
