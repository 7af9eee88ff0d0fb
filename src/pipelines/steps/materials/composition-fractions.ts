import { z } from 'zod';
import { ELEMENT_SYMBOLS, elementSymbol, protonNumber } from '../../instances/chemical-elements.js';
import { asItems, defineStep, dense, StepFault } from '../../language/index.js';
import { atomicFractions, type Composition } from '../../materials/composition.js';
import { RowError } from '../../prediction.js';

export const compositionFractions = defineStep({
  name: 'composition-fractions',
  group: 'materials',
  summary:
    'the share of all atoms that each of `elements` has, which sum to 1; every element from hydrogen to oganesson when left out. An instance with another element is refused',
  parameters: z.strictObject({
    elements: z
      .array(z.string())
      .min(1)
      .max(118)
      .default([...ELEMENT_SYMBOLS])
      .describe('Symbols of elements; the columns have this order.'),
  }),
  takes: ['composition'],
  gives({ elements }) {
    columnsBy(elements);
    return { kind: 'numbers', shape: [elements.length], holds: 'real', unit: '1', names: elements };
  },
  run({ elements }) {
    const columns = columnsBy(elements);
    const width = elements.length;
    return ([compositions], context) => {
      const items = asItems(compositions) as readonly Composition[];
      const data = new Float64Array(items.length * width);
      for (const [row, composition] of items.entries())
        for (const [number, share] of atomicFractions(composition)) {
          const column = columns.get(number);
          if (column !== undefined) data[row * width + column] = share;
          else {
            context.fail(
              row,
              new RowError(
                'INVALID_COMPOSITION',
                `${elementSymbol(number)} is none of the elements this model knows: ${elements.slice(0, 20).join(', ')}${width > 20 ? ', …' : ''}`,
              ),
            );
            break;
          }
        }
      return dense(width, data);
    };
  },
});

/** @throws StepFault for what is no element, or stands twice */
function columnsBy(elements: readonly string[]): ReadonlyMap<number, number> {
  const columns = new Map<number, number>();
  for (const [column, symbol] of elements.entries()) {
    const number = protonNumber(symbol);
    if (number === undefined)
      throw new StepFault(['elements', String(column)], `${JSON.stringify(symbol)} is no element`);
    if (columns.has(number))
      throw new StepFault(['elements', String(column)], `${symbol} stands in the list twice`);
    columns.set(number, column);
  }
  return columns;
}
