import { Extent } from '../extent.js';
import { ProofEnd } from '../proof-end.js';
import { dimsOf, mustBeConstant, mustLieAlong, type Operators, type Rule } from '../step.js';
import { constant, withRows } from '../value.js';

/** LSTM, GRU and RNN: sequences beside one another, each with its own state. */
const recurrent: Rule = (step) => {
  const input = step.input(0);
  const dims = dimsOf(input);
  for (const index of [1, 2, 3, 7]) mustBeConstant(step.inputs[index], 'its weights');
  const isFirst = step.int('layout', 0) === 1;
  const batch = isFirst ? 0 : 1;
  const { rows } = input;
  if (!rows) {
    for (const index of [4, 5, 6]) mustBeConstant(step.inputs[index], 'its state');
    return step.node.outputs.map(() => constant(null));
  }
  mustLieAlong(input, batch);
  const size = dims[batch] ?? Extent.ONE;
  // One length for each sequence; a state [directions, sequences, …], or with the first two the other way round.
  for (const [index, axis] of [
    [4, 0],
    [5, batch],
    [6, batch],
  ] as const) {
    // prettier-ignore
    const state = step.inputs[index];
    if (!state) continue;
    mustLieAlong(state, axis, 'its state');
    if (!state.rows || !dimsOf(state)[axis]?.equals(size))
      throw new ProofEnd('its state is not that of the rows');
  }
  const direction = Extent.of(step.text('direction', 'forward') === 'bidirectional' ? 2 : 1);
  const hidden = step.attributes.has('hidden_size')
    ? Extent.of(step.int('hidden_size', 0))
    : (step.inputs[2]?.dims?.[2] ?? step.unknowns.fresh());
  const length = dims[1 - batch] ?? Extent.ONE;
  const all = isFirst ? [size, length, direction, hidden] : [length, direction, size, hidden];
  const last = isFirst ? [size, direction, hidden] : [direction, size, hidden];
  const before = Extent.ONE;
  return step.node.outputs.map((_, index) =>
    index === 0
      ? withRows(all, { axis: isFirst ? 0 : 2, before })
      : withRows(last, { axis: isFirst ? 0 : 1, before }),
  );
};

export const recurrence: Operators = { LSTM: recurrent, GRU: recurrent, RNN: recurrent };
