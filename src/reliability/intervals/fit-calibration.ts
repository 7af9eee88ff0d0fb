import {
  isOfLabels,
  probabilityResult,
  targetResult,
  type AttachedRow,
  type AttachmentRecord,
} from '../../catalog/index.js';
import type { Pipeline, Prediction } from '../../pipelines/index.js';
import { residualScore } from '../../statistics/index.js';
import { LEAST_DIFFICULTY, type Calibration, type Difficulty } from './calibration.js';
import { probabilitiesOf, resultNumber } from './result-values.js';

/** A calibration row with what is needed of its answer. */
export interface CalibrationRow {
  readonly row: AttachedRow;
  /** What the model answers; null where the file says what was predicted. */
  readonly prediction: Prediction | null;
  /** As `JudgedInstance`; null where it is not needed, or not known. */
  readonly remoteness: number | null;
}

/** Whether the model has to be asked, since the file does not say what was predicted. */
export function needsAnswers(attachment: AttachmentRecord): boolean {
  return attachment.predicted === null && attachment.options.probabilities?.columns === undefined;
}

/** Gathers the scores of a calibration set, row by row. */
export class CalibrationFit {
  private readonly labels: boolean;
  private readonly result: string;
  private readonly probabilities: string | null;
  private readonly difficulty: Difficulty | null;
  private readonly scores: number[] = [];
  private readonly byClass = new Map<string, number[]>();
  private unanswered = 0;

  constructor(
    private readonly attachment: AttachmentRecord,
    private readonly pipeline: Pipeline,
  ) {
    const { difficulty } = attachment.options;
    this.labels = isOfLabels(attachment, pipeline);
    this.result = targetResult(attachment, pipeline);
    this.probabilities = probabilityResult(attachment, pipeline);
    this.difficulty =
      difficulty === undefined
        ? null
        : difficulty === 'NEAREST'
          ? { by: 'NEAREST' }
          : { by: 'RESULT', result: difficulty.result };
    // Classes that no row is of are never excluded, so each has its place.
    if (this.labels)
      for (const name of this.pipeline.result[this.probabilities ?? '']?.columns ?? [])
        this.byClass.set(name, []);
  }

  add(row: CalibrationRow): void {
    if (this.labels ? !this.addLabel(row) : !this.addNumber(row)) this.unanswered += 1;
  }

  finish(): Calibration {
    const { result, unanswered } = this;
    if (this.labels)
      return {
        kind: 'CLASSES',
        result,
        probabilities: this.probabilities ?? result,
        scores: new Map([...this.byClass].map(([name, scores]) => [name, Float64Array.from(scores).sort()])),
        unanswered,
      };
    const scores = Float64Array.from(this.scores).sort();
    return { kind: 'NUMBER', result, scores, difficulty: this.difficulty, unanswered };
  }

  private addNumber({ row, prediction, remoteness }: CalibrationRow): boolean {
    const predicted = row.predicted ?? (prediction && resultNumber(prediction, this.result));
    const difficulty = this.difficultyOf({ row, prediction, remoteness });
    if (typeof row.target !== 'number' || predicted === null || difficulty === null) return false;
    this.scores.push(residualScore(row.target, predicted, difficulty));
    return true;
  }

  private difficultyOf({ row, prediction, remoteness }: CalibrationRow): number | null {
    const { difficulty } = this.attachment.options;
    if (difficulty === undefined) return 1;
    if (difficulty === 'NEAREST') return remoteness === null ? null : atLeast(remoteness);
    const value =
      difficulty.column !== undefined
        ? (row.others[difficulty.column] ?? null)
        : prediction && resultNumber(prediction, difficulty.result);
    return value === null ? null : atLeast(value);
  }

  private addLabel({ row, prediction }: CalibrationRow): boolean {
    const label = String(row.target);
    const columns = this.attachment.options.probabilities?.columns;
    const probability =
      columns !== undefined
        ? row.others[columns[label] ?? '']
        : prediction && probabilitiesOf(prediction, this.probabilities ?? '')?.get(label);
    const scores = this.byClass.get(label);
    if (typeof probability !== 'number' || scores === undefined) return false;
    scores.push(1 - probability);
    return true;
  }
}

/** Never 0, by which nothing can be divided; what is negative says nothing. */
export function atLeast(difficulty: number): number | null {
  return difficulty >= 0 && Number.isFinite(difficulty) ? Math.max(difficulty, LEAST_DIFFICULTY) : null;
}
