import type { FiguresToldFragment, OptimizationToldFragment } from '../__generated__/operations.js';
import { bytes, number } from '../terminal/format.js';
import { facts, section, stack, table } from '../terminal/layout.js';

type Candidate = OptimizationToldFragment['candidates'][number];

/** What was tried and measured, the original first. */
export function describeOptimization(optimization: OptimizationToldFragment): string {
  const { candidates, chosen, machine, original, originVersion, sample } = optimization;
  return stack(
    facts([
      [
        'sample',
        `${sample.description}; ${sample.calibrationRows} rows to work on, ${sample.measuredRows} others to measure on`,
      ],
      ['measured on', `${machine.processor}, ${machine.cores} cores, ${machine.threads} for each graph`],
    ]),
    section(
      'Measured',
      table(
        [
          '',
          'CANDIDATE',
          'FILE',
          'MEMORY',
          '1 ROW',
          '32 ROWS',
          'METRIC',
          'WORSE BY',
          'DIFFERS BY',
          'VERDICT',
        ],
        [
          ['', originVersion, ...ofFigures(original), metricOf(original), '', '', ''],
          ...candidates.map((each) => candidateRow(each, each.name === chosen?.name)),
        ],
      ),
    ),
    ...candidates.map((each) =>
      section(
        each.name,
        [each.error ?? '', ...(each.advice?.reasons ?? []), ...each.notes]
          .filter((line) => line !== '')
          .join('\n'),
      ),
    ),
  );
}

function candidateRow(candidate: Candidate, isChosen: boolean): string[] {
  const { advice, differences, error, figures, loss, name, onFront, speedups } = candidate;
  const mark = isChosen ? '*' : onFront ? '+' : '';
  if (figures === null) return [mark, name, '', '', '', '', '', '', '', error === null ? '' : 'failed'];
  const factor = (rows: number) => {
    const found = speedups.find((each) => each.rows === rows);
    return found === undefined ? '' : `, ${number(Number(found.factor.toPrecision(3)))}×`;
  };
  const [file, memory, one, many] = ofFigures(figures);
  const mean = Math.max(...differences.map((each) => each.mean ?? 0), 0);
  return [
    mark,
    name,
    file ?? '',
    memory ?? '',
    `${one ?? ''}${factor(1)}`,
    `${many ?? ''}${factor(32)}`,
    metricOf(figures),
    loss === null ? '' : `${short(loss.value)} (${short(loss.low)} to ${short(loss.high)})`,
    short(mean),
    advice?.verdict ?? '',
  ];
}

function ofFigures({ bytes: size, latencies, memoryBytes }: FiguresToldFragment): string[] {
  const time = (rows: number) => {
    const found = latencies.find((each) => each.rows === rows);
    return found === undefined
      ? ''
      : `${short(found.medianMs)} ms${found.executions > 1 ? ` in ${found.executions} runs` : ''}`;
  };
  return [bytes(size), memoryBytes === null ? '' : bytes(memoryBytes), time(1), time(32)];
}

function metricOf({ metrics }: FiguresToldFragment): string {
  const [first] = metrics;
  return first === undefined
    ? ''
    : `${first.name} ${short(first.value)} (${short(first.low)} to ${short(first.high)})`;
}

function short(value: number | null): string {
  return value === null ? '–' : number(Number(value.toPrecision(3)));
}
