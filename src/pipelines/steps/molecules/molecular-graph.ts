import { z } from 'zod';
import { protonNumber } from '../../instances/chemical-elements.js';
import { defineStep, StepFault } from '../../language/index.js';
import { ATOM_FEATURES, BOND_FEATURES, type GraphNeed } from '../../molecules/graphs/graph-features.js';
import { RowError } from '../../prediction.js';

const parameters = z.strictObject({
  part: z
    .enum(['atoms', 'bonds', 'edges', 'coordinates'])
    .describe(
      'Which tensor of the graph: features of atoms [-1, n], features of directed bonds [-1, n], edges [2, -1], or places of atoms [-1, 3] in Å.',
    ),
  features: z
    .array(z.string())
    .min(1)
    .max(16)
    .exactOptional()
    .describe(
      `Columns of atoms (${ATOM_FEATURES.join(', ')}) or of bonds (${BOND_FEATURES.join(', ')}); all of them when left out.`,
    ),
  elements: z
    .array(z.string())
    .min(1)
    .max(118)
    .exactOptional()
    .describe(
      'Of atoms: a further column for each of these elements, 1 where the atom is one, and a last for others.',
    ),
  hydrogens: z
    .enum(['implicit', 'explicit'])
    .default('implicit')
    .describe('Whether hydrogens are atoms of the graph.'),
});
type Parameters = z.output<typeof parameters>;

export const molecularGraph = defineStep({
  name: 'molecular-graph',
  group: 'molecules',
  summary:
    'a tensor of the molecule as a graph, for graph networks: each bond stands in it once in each direction, side by side. Steps of one molecule that name the same `hydrogens` number atoms alike',
  parameters,
  takes: ['molecule'],
  gives(given) {
    const { part, features, elements } = given;
    if (elements !== undefined && part !== 'atoms')
      throw new StepFault(['elements'], `only "atoms" have elements, not "${part}"`);
    if (features !== undefined && part !== 'atoms' && part !== 'bonds')
      throw new StepFault(['features'], `only "atoms" and "bonds" have features, not "${part}"`);
    if (part === 'edges') return { kind: 'numbers', shape: [2, -1], holds: 'whole', unit: '1' };
    if (part === 'coordinates') return { kind: 'numbers', shape: [-1, 3], holds: 'real', unit: 'Å' };
    const names = columnsOf(given);
    return {
      kind: 'numbers',
      shape: [-1, names.length],
      holds: names.includes('order') ? 'real' : 'whole',
      unit: '1',
      names,
    };
  },
  molecule: {
    needs: (given) => ({ graphs: [needOf(given)] }),
    take(given) {
      const { part } = given;
      const width = part === 'atoms' || part === 'bonds' ? columnsOf(given).length : 0;
      return (molecule, places) => {
        const graph = molecule.graphs[places.graphs];
        if (graph === undefined) throw new Error('The molecule has no such graph');
        switch (part) {
          case 'atoms':
            return { shape: [graph.atoms, width], data: graph.atomFeatures };
          case 'bonds':
            return { shape: [graph.edges.length / 2, width], data: graph.bondFeatures };
          case 'edges':
            return { shape: [2, graph.edges.length / 2], data: graph.edges };
          case 'coordinates':
            if (graph.coordinates === undefined)
              throw new RowError(
                'INVALID_MOLBLOCK',
                'The model needs the places of all atoms in space: send {"molblock": "…"} with three coordinates, and the hydrogens where they are atoms of the graph',
              );
            return { shape: [graph.atoms, 3], data: graph.coordinates };
        }
      };
    },
  },
});

function needOf(given: Parameters): GraphNeed {
  const { part, features, elements, hydrogens } = given;
  return {
    atoms: part === 'atoms' ? chosen(features, ATOM_FEATURES) : [],
    bonds: part === 'bonds' ? chosen(features, BOND_FEATURES) : [],
    ...(elements !== undefined && { elements: elements.map(elementNumber) }),
    hydrogens: hydrogens === 'explicit',
  };
}

function columnsOf({ part, features, elements = [] }: Parameters): string[] {
  if (part === 'bonds') return [...chosen(features, BOND_FEATURES)];
  for (const symbol of elements) elementNumber(symbol);
  return [...chosen(features, ATOM_FEATURES), ...elements, ...(elements.length === 0 ? [] : ['other'])];
}

/** @throws StepFault for a feature there is not */
function chosen<Feature extends string>(
  features: readonly string[] | undefined,
  known: readonly Feature[],
): readonly Feature[] {
  if (features === undefined) return known;
  const unknown = features.findIndex((name) => !(known as readonly string[]).includes(name));
  if (unknown !== -1)
    throw new StepFault(
      ['features', String(unknown)],
      `expected one of ${known.join(', ')}; got ${JSON.stringify(features[unknown])}`,
    );
  return features as readonly Feature[];
}

function elementNumber(symbol: string): number {
  const z = protonNumber(symbol);
  if (z === undefined) throw new StepFault(['elements'], `${JSON.stringify(symbol)} is no element`);
  return z;
}
