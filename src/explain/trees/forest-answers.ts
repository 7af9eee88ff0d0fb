import { columnsOf } from './column.js';
import { TreesNotReadable } from './ensemble.js';
import type { Link } from './graph-value.js';
import { Interventional } from './interventional.js';
import { pathDependent } from './path-dependent.js';
import {
  countCovers,
  evaluateForest,
  magnitudeOf,
  scalarForest,
  type ScalarForest,
} from './scalar-forest.js';
import type { RowInput, TreeGraph } from './tree-graph.js';

/** What trees are there, for the caller to read. */
export interface ForestDescription {
  readonly trees: number;
  readonly nodes: number;
  readonly depth: number;
  readonly link: Link;
  /** Whether the file says how many training rows reached each node. */
  readonly hasCovers: boolean;
}

export type TreeGame = 'PATH_DEPENDENT' | 'INTERVENTIONAL';

export interface ForestQuestion {
  readonly game: TreeGame;
  /** Of every number of the inputs a player; equal ones act together. -1: none. */
  readonly players: Int32Array;
  readonly playerCount: number;
  readonly instance: Float64Array;
  /** Rows like the instance. PATH_DEPENDENT counts the rows at each node from them; null: as the file says. */
  readonly background: readonly Float64Array[] | null;
}

export interface ForestAnswer {
  /** Of each player, in the margin where there is a link. */
  readonly values: Float64Array;
  /** INTERVENTIONAL: how much each varies over the background, as a standard error of its mean. */
  readonly errors: Float64Array;
  readonly baseValue: number;
  /** The trees' sum for the instance, and the model's number that the link makes of it. */
  readonly margin: number;
  readonly prediction: number;
  /** What was added up without signs, on the scale of the prediction: its rounding errors are shares of it. */
  readonly magnitude: number;
}

/** One number of a graph of trees, and its Shapley values. Synchronous: for a child process. */
export class ForestAnswers {
  private readonly all: readonly ScalarForest[];
  private readonly forest: ScalarForest;
  private readonly link: Link;

  /** @throws TreesNotReadable when the number is not a sum of trees, or there is no such element */
  constructor(graph: TreeGraph, output: string, element: number) {
    const { forms, link } = graph.output(output);
    const form = forms[element];
    if (form === undefined)
      throw new TreesNotReadable(`output ${JSON.stringify(output)} has ${forms.length} numbers for a row`);
    this.link = link;
    this.forest = scalarForest(form, graph.ensembles);
    // A softmax needs the scores of all classes.
    this.all = link === 'SOFTMAX' ? forms.map((other) => scalarForest(other, graph.ensembles)) : [];
    this.element = element;
  }

  private readonly element: number;
  private counted: { readonly rows: readonly Float64Array[]; readonly covers: Float64Array } | null = null;

  describe(): ForestDescription {
    const { roots, mode, depth, storedCovers } = this.forest;
    return {
      trees: roots.length,
      nodes: mode.length,
      depth,
      link: this.link,
      hasCovers: storedCovers !== null,
    };
  }

  /** @throws TreesNotReadable without covers: neither the file nor a background says how many rows reach a node */
  answer(question: ForestQuestion): ForestAnswer {
    const { forest } = this;
    const columns = columnsOf(forest.columns, question.instance);
    const margin = evaluateForest(forest, columns);
    const prediction = this.linked(margin, question.instance);
    const magnitude = magnitudeOf(forest, columns) * (this.link === 'EXP' ? prediction : 1);
    const model = { margin, prediction, magnitude };
    const players = Int32Array.from(forest.columns, ({ from }) =>
      from < 0 ? -1 : (question.players[from] ?? -1),
    );
    const rows = question.background?.map((row) => columnsOf(forest.columns, row)) ?? null;
    if (question.game === 'INTERVENTIONAL') {
      if (rows === null || rows.length === 0) throw new TreesNotReadable('it needs a background');
      return { ...interventional(forest, columns, players, question.playerCount, rows), ...model };
    }
    const covers = rows === null ? forest.storedCovers : this.coversOf(rows);
    if (covers === null)
      throw new TreesNotReadable('the file does not say how many training rows reached each node: give a background to count them from'); // prettier-ignore
    const { values, baseValue } = pathDependent(forest, columns, covers, players, question.playerCount);
    return { values, baseValue, errors: new Float64Array(values.length), ...model };
  }

  /** Counted once for the instances of a request, which share their background. */
  private coversOf(rows: readonly Float64Array[]): Float64Array {
    const isSame =
      this.counted?.rows.length === rows.length &&
      this.counted.rows.every((row, at) =>
        row.every((value, column) => Object.is(value, rows[at]?.[column])),
      );
    if (!isSame || this.counted === null) this.counted = { rows, covers: countCovers(this.forest, rows) };
    return this.counted.covers;
  }

  private linked(margin: number, instance: Float64Array): number {
    switch (this.link) {
      case 'NONE':
        return margin;
      case 'LOGISTIC':
        return 1 / (1 + Math.exp(-margin));
      case 'EXP':
        return Math.exp(margin);
      case 'SOFTMAX': {
        const scores = this.all.map((forest) => evaluateForest(forest, columnsOf(forest.columns, instance)));
        const most = Math.max(...scores);
        const sum = scores.reduce((total, score) => total + Math.exp(score - most), 0);
        return Math.exp((scores[this.element] ?? 0) - most) / sum;
      }
    }
  }
}

/** Rows of a graph's inputs, as one vector each. */
export function placedInputs(
  widths: readonly { readonly name: string; readonly width: number }[],
): RowInput[] {
  let from = 0;
  return widths.map(({ name, width }) => {
    from += width;
    return { name, width, from: from - width };
  });
}

function interventional(
  forest: ScalarForest,
  columns: Float64Array,
  players: Int32Array,
  count: number,
  rows: readonly Float64Array[],
): Pick<ForestAnswer, 'values' | 'errors' | 'baseValue'> {
  const solver = new Interventional(forest, columns, players, count);
  const squares = new Float64Array(count);
  let baseValue = 0;
  for (const row of rows) {
    const part = solver.against(row);
    for (let player = 0; player < count; player += 1)
      squares[player] = (squares[player] ?? 0) + (part[player] ?? 0) ** 2;
    baseValue += evaluateForest(forest, fixed(row, columns, players)) / rows.length;
  }
  const values = solver.values.map((sum) => sum / rows.length);
  const errors = squares.map((sum, player) => {
    const variance = Math.max(0, sum / rows.length - (values[player] ?? 0) ** 2);
    return rows.length < 2 ? 0 : Math.sqrt(variance / (rows.length - 1));
  });
  return { values, errors, baseValue };
}

/** The row, with the instance's values in columns that no player holds. */
function fixed(row: Float64Array, columns: Float64Array, players: Int32Array): Float64Array {
  return row.map((value, at) => (players[at] === -1 ? (columns[at] ?? value) : value));
}
