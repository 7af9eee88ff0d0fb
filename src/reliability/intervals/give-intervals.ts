import type { Pipeline, Prediction, WarningNote } from '../../pipelines/index.js';
import { conformalNeeds, conformalQuantile, conformalSet } from '../../statistics/index.js';
import type { Interval, JudgedPrediction, JudgedValue } from '../verdict.js';
import type { Calibration, ClassCalibration, NumberCalibration } from './calibration.js';
import { derivedBounds, isDerived, type Bounds } from './derived-bounds.js';
import { probabilitiesOf, resultNumber, resultOfPath } from './result-values.js';

/** What calibrations say at one level, found once for a request. */
interface Leveled {
  readonly calibration: Calibration;
  /** Of a number's scores; Infinity where there are too few. */
  readonly bound: number;
}

/** Gives predictions their intervals and sets at one level. */
export class IntervalGiver {
  private readonly leveled: readonly Leveled[];
  private readonly warnings: readonly WarningNote[];
  /** Results that an interval of another one leads to, each with that one. */
  private readonly derived: readonly { readonly from: string; readonly to: string }[];

  constructor(
    private readonly pipeline: Pipeline,
    calibrations: readonly Calibration[],
    private readonly level: number,
  ) {
    this.leveled = calibrations.map((calibration) => ({
      calibration,
      bound: calibration.kind === 'NUMBER' ? conformalQuantile(calibration.scores, level) : NaN,
    }));
    this.warnings = calibrations.flatMap((calibration) => tooSmall(calibration, level) ?? []);
    const own = calibrations.filter(({ kind }) => kind === 'NUMBER').map(({ result }) => result);
    this.derived = Object.keys(pipeline.result)
      .filter((name) => !own.includes(name))
      .flatMap((to) => {
        const from = own.find((name) => isDerived(pipeline, name, to));
        return from === undefined ? [] : [{ from, to }];
      });
  }

  /** @param difficulties of each calibration, in their order */
  give(prediction: Prediction, difficulties: readonly (number | null)[]): JudgedPrediction {
    if (prediction.error !== null || this.leveled.length === 0) return prediction;
    const bounds = new Map<string, Bounds>();
    const sets = new Map<string, readonly string[]>();
    for (const [place, { calibration, bound }] of this.leveled.entries()) {
      if (calibration.kind === 'CLASSES') this.giveSet(prediction, calibration, sets);
      else giveBounds(prediction, calibration, bound, difficulties[place] ?? null, bounds);
    }
    for (const { from, to } of this.derived) {
      const known = bounds.get(from);
      const found = known && derivedBounds(this.pipeline, from, to, known);
      if (found && resultNumber(prediction, to) !== null) bounds.set(to, found);
    }
    const results = prediction.results.map((result): JudgedValue => {
      const own = bounds.get(result.name) ?? ofColumn(bounds, prediction, result.name);
      const set = sets.get(result.name) ?? null;
      return { ...result, interval: own ? this.interval(own, result.unit) : null, set };
    });
    return {
      ...prediction,
      results,
      interval: results[0]?.interval ?? null,
      warnings: this.warnings.length > 0 ? [...prediction.warnings, ...this.warnings] : prediction.warnings,
    };
  }

  private giveSet(
    prediction: Prediction,
    { result, probabilities, scores }: ClassCalibration,
    sets: Map<string, readonly string[]>,
  ): void {
    const given = probabilitiesOf(prediction, probabilities);
    if (given !== null) sets.set(result, conformalSet(given, scores, this.level));
  }

  private interval({ low, high }: Bounds, unit: string | null): Interval {
    return {
      low: Number.isFinite(low) ? low : null,
      high: Number.isFinite(high) ? high : null,
      level: this.level,
      unit,
    };
  }
}

/** Of a result with columns, such as the mean and the spread of an ensemble, the interval is that of the column that was measured. */
function ofColumn(
  bounds: ReadonlyMap<string, Bounds>,
  { results }: Prediction,
  name: string,
): Bounds | undefined {
  const path = [...bounds.keys()].find((key) => resultOfPath(results, key) === name);
  return path === undefined ? undefined : bounds.get(path);
}

function giveBounds(
  prediction: Prediction,
  { result }: NumberCalibration,
  bound: number,
  difficulty: number | null,
  bounds: Map<string, Bounds>,
): void {
  const value = resultNumber(prediction, result);
  if (value === null) return;
  // How hard it is cannot be told: then neither can how far it may be off.
  const half = difficulty === null ? Infinity : bound * difficulty;
  bounds.set(result, { low: value - half, high: value + half });
}

function tooSmall(calibration: Calibration, level: number): WarningNote | null {
  const needs = conformalNeeds(level);
  const few = (count: number, of: string, then: string): WarningNote | null =>
    count >= needs
      ? null
      : {
          code: 'CALIBRATION_TOO_SMALL',
          message: `Level ${level} takes ${needs} calibration rows${of}, got ${count}: ${then}`,
        };
  if (calibration.kind === 'NUMBER')
    return few(
      calibration.scores.length,
      '',
      `the interval of ${calibration.result} has no bounds. Ask for a lower level`,
    );
  const counts = [...calibration.scores].map(([name, { length }]) => ({ name, length }));
  const [least] = counts.sort((one, other) => one.length - other.length);
  return least === undefined
    ? null
    : few(least.length, ` of each class`, `class ${least.name} is never excluded. Ask for a lower level`);
}
