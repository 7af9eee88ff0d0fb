import { number, percent, plural } from '../terminal/format.js';
import { stack, table } from '../terminal/layout.js';
import type { Comparison } from './comparison.js';

type Outputs = NonNullable<Comparison['outputs']>;
type Output = Outputs['outputs'][number];

export function outputsReport(outputs: Outputs, labels: readonly string[] = []): string {
  const { sample, answeredRows, refusedByBase, refusedByTarget, refusedByBoth, refusals } = outputs;
  const refused = [
    refusedByBase > 0 ? `${refusedByBase} only the base refused` : '',
    refusedByTarget > 0 ? `${refusedByTarget} only the target refused` : '',
    refusedByBoth > 0 ? `${refusedByBoth} both refused` : '',
  ].filter(Boolean);
  return stack(
    `${sample.description}: ${[`both answered ${answeredRows} of ${plural(sample.rows, 'row')}`, ...refused].join(', ')}`,
    refusals
      .map(({ row, instance, base, target }) =>
        [
          `row ${row}`,
          labels[row] ?? '',
          shown(instance),
          base === null ? '' : `base: ${base}`,
          target === null ? '' : `target: ${target}`,
        ]
          .filter(Boolean)
          .join('  '),
      )
      .join('\n'),
    ...outputs.outputs.map((output) => outputReport(output, labels)),
  );
}

function outputReport(
  { name, targetName, unit, obstacle, differences }: Output,
  labels: readonly string[],
): string {
  const title = [
    targetName === null ? name : `${name} → ${targetName}`,
    unit === null || unit === '1' ? '' : `(${unit})`,
  ]
    .filter(Boolean)
    .join(' ');
  if (obstacle !== null) return `${title}: not compared: ${obstacle}`;
  if (differences === null) return `${title}: not compared`;
  const { elements, differing, nonFinite, otherShapes, absolute, relative, rows } = differences;
  if (differing + otherShapes === 0) return `${title}: equal in all ${plural(elements, 'value')}`;
  const counts = [
    `${differing} of ${plural(elements, 'value')} differ`,
    nonFinite > 0 ? `${nonFinite} not finite` : '',
    otherShapes > 0 ? `${plural(otherShapes, 'row')} of another shape` : '',
  ].filter(Boolean);
  const spread = [['absolute', absolute] as const, ['relative', relative] as const].flatMap(([kind, of]) =>
    of === null ? [] : [[kind, ...[of.largest, of.mean, of.p50, of.p90, of.p99].map(number)]],
  );
  return stack(
    `${title}: ${counts.join(', ')}`,
    spread.length === 0 ? '' : table(['DIFFERENCE', 'LARGEST', 'MEAN', 'P50', 'P90', 'P99'], spread),
    rows.length === 0
      ? ''
      : table(
          ['ROW', 'NAME', 'INSTANCE', 'BASE', 'TARGET', 'DIFFERENCE', 'RELATIVE'],
          rows.map((row) => [
            row.element === 0 ? String(row.row) : `${row.row}, element ${row.element}`,
            labels[row.row] ?? '',
            shown(row.instance),
            shown(row.base),
            shown(row.target),
            row.absolute === null ? '' : number(row.absolute),
            row.relative === null ? '' : percent(row.relative),
          ]),
        ),
  );
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text =
    typeof value === 'number' ? number(value) : typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
