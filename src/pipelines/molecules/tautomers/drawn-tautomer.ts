import type { Placement } from './bond-placements.js';
import { otherEnd, type Structure } from './structure.js';

export interface Neighbour {
  readonly atom: number;
  readonly bond: number;
  readonly order: number;
}

/** A structure with its double bonds and hydrogens as one tautomer has them. */
export class DrawnTautomer {
  readonly #neighbours: readonly (readonly Neighbour[])[];

  constructor(
    readonly structure: Structure,
    readonly placement: Placement,
  ) {
    const { atoms, bonds } = structure;
    this.#neighbours = atoms.map(({ bonds: own }, atom) =>
      own.flatMap((bond) => {
        const edge = bonds[bond];
        return edge === undefined
          ? []
          : [{ atom: otherEnd(edge, atom), bond, order: placement.orders[bond] ?? edge.order }];
      }),
    );
  }

  neighbours(atom: number): readonly Neighbour[] {
    return this.#neighbours[atom] ?? [];
  }

  doublyBonded(atom: number): Neighbour | undefined {
    return this.neighbours(atom).find(({ order }) => order === 2);
  }

  isUnsaturated(atom: number): boolean {
    return this.neighbours(atom).some(({ order }) => order > 1);
  }

  element(atom: number): number {
    return this.structure.atoms[atom]?.z ?? 0;
  }

  charge(atom: number): number {
    return this.structure.atoms[atom]?.charge ?? 0;
  }

  hydrogens(atom: number): number {
    return this.placement.hydrogens[atom] ?? 0;
  }
}
