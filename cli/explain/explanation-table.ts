import type { ExplanationPartsFragment } from '../__generated__/operations.js';
import { line, number, plural, withUnit } from '../terminal/format.js';
import { facts, stack, table } from '../terminal/layout.js';

const BAR = 20;

/** What moves one answer, the strongest first, and how the numbers came about. */
export function explanationText(explanation: ExplanationPartsFragment, most: number): string {
  const { instance, prediction, attributions, target, unit, notes, warnings } = explanation;
  const shown = typeof instance === 'string' ? instance : JSON.stringify(instance);
  if (prediction.error !== null) return `${shown}\n${prediction.error.code}: ${prediction.error.message}`;
  const { baseValue, value, completenessGap, method, methodReason, game, background, rows, tookMs } =
    explanation;
  const shownFirst = attributions.toSorted((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution));
  const hidden = attributions.length - most;
  const largest = Math.max(0, ...attributions.map(({ attribution }) => Math.abs(attribution)));
  return stack(
    facts([
      ['explains', `${shown}: ${target} = ${withUnit(numberOr(value), unit)}`],
      ['from', withUnit(numberOr(baseValue), unit)],
      [
        'method',
        `${method}${game === null ? '' : `, ${game}`}${methodReason === null ? '' : `. ${methodReason}`}`,
      ],
      ['background', background],
      ['sum less f(x) − base', numberOr(completenessGap)],
      ['cost', `${plural(rows, 'row')} in ${number(Number((tookMs / 1_000).toFixed(2)))} s`],
    ]),
    table(
      ['QUANTITY', 'VALUE', 'UNIT', 'ATTRIBUTION', '±', ''],
      shownFirst
        .slice(0, most)
        .map(({ name, value: own, unit: ownUnit, attribution, error }) => [
          name,
          typeof own === 'number'
            ? number(own)
            : line(typeof own === 'string' ? own : JSON.stringify(own), 40),
          ownUnit === '1' ? '' : (ownUnit ?? ''),
          `${attribution > 0 ? '+' : ''}${number(attribution)}`,
          error === 0 ? '' : number(error),
          bar(largest === 0 ? 0 : attribution / largest),
        ]),
    ),
    hidden > 0 ? `And ${plural(hidden, 'weaker one')}: --largest shows more, --json all.` : '',
    [...warnings.map(({ code, message }) => `${code}: ${message}`), ...notes].join('\n'),
  );
}

function numberOr(value: number | null): string {
  return value === null ? '–' : number(value);
}

/** Minuses to the left of nothing, pluses to the right: signs without colours. */
function bar(share: number): string {
  return (share < 0 ? '−' : '+').repeat(Math.round(Math.abs(share) * BAR));
}
