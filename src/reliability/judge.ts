import { setImmediate as nextTurn } from 'node:timers/promises';
import type { MoleculeWorker, Pipeline, Prediction, WarningNote } from '../pipelines/index.js';
import type { OutOfDomainPolicy } from '../deployments/index.js';
import { declaredMeasure } from './domain/declared-ranges.js';
import { DomainJudge } from './domain/judge-domain.js';
import type { PreparedRow } from './domain/prepared-row.js';
import { moleculePrints } from './domain/molecule-prints.js';
import type { Fit } from './fit.js';
import { atLeast } from './intervals/fit-calibration.js';
import { IntervalGiver } from './intervals/give-intervals.js';
import { resultNumber } from './intervals/result-values.js';
import type { DomainVerdict, JudgedPrediction, Mark } from './verdict.js';

/** Other requests get their turn after so long. */
const TURN_MS = 1;

export interface MarkOptions {
  readonly signal?: AbortSignal;
  readonly until?: number;
  /** Lets others have their turn; left out, one turn of the event loop. */
  readonly pause?: () => Promise<unknown>;
}

/** Says of the predictions of one version how far they can be trusted. */
export class Judge {
  private readonly domain: DomainJudge | null;

  constructor(
    private readonly pipeline: Pipeline,
    private readonly fit: Fit,
    private readonly molecules: MoleculeWorker,
  ) {
    this.domain = fit.domain && new DomainJudge(pipeline, fit.domain);
  }

  /** Whether `mark` looks at what the model gets. */
  get looksAtRows(): boolean {
    return this.fit.domain !== null;
  }

  /**
   * What holds of each instance at any level; null for one that could not be read.
   *
   * @throws DomainError UNAVAILABLE when molecules cannot be read at the moment; `signal.reason` on abort
   */
  async mark(
    instances: readonly unknown[],
    prepared: readonly (PreparedRow | undefined)[],
    predictions: readonly Prediction[],
    { signal, until, pause = nextTurn }: MarkOptions = {},
  ): Promise<(Mark | null)[]> {
    const { domain } = this.fit;
    const prints =
      domain?.prints?.source.kind === 'MORGAN'
        ? await moleculePrints(this.molecules, this.pipeline, instances, { signal, until })
        : [];
    const marks: (Mark | null)[] = [];
    let begun = performance.now();
    for (const [place, prediction] of predictions.entries()) {
      const instance = prepared[place];
      if (prediction.error !== null) {
        marks.push(null);
        continue;
      }
      const judged = this.domain && instance && this.domain.judge(instance, prints[place] ?? null);
      marks.push({
        domain: judged?.verdict ?? null,
        difficulties: this.difficultiesOf(prediction, judged?.remoteness ?? null),
      });
      if (performance.now() - begun > TURN_MS) {
        await pause();
        signal?.throwIfAborted();
        begun = performance.now();
      }
    }
    return marks;
  }

  /** Predictions with their intervals at a level, and with what the domain makes of them. */
  judged(
    predictions: readonly Prediction[],
    marks: readonly (Mark | null)[],
    { level, policy }: { readonly level: number; readonly policy: OutOfDomainPolicy },
  ): JudgedPrediction[] {
    const intervals = new IntervalGiver(this.pipeline, this.fit.calibrations, level);
    return predictions.map((prediction, place) => {
      const mark = marks[place];
      if (!mark) return prediction;
      const given = intervals.give(prediction, mark.difficulties);
      return mark.domain === null ? given : withDomain(given, mark.domain, policy);
    });
  }

  private difficultiesOf(prediction: Prediction, remoteness: number | null): (number | null)[] {
    return this.fit.calibrations.map((calibration) => {
      if (calibration.kind === 'CLASSES' || calibration.difficulty === null) return 1;
      const { difficulty } = calibration;
      const value = difficulty.by === 'NEAREST' ? remoteness : resultNumber(prediction, difficulty.result);
      return value === null ? null : atLeast(value);
    });
  }
}

/** What the ranges that a pipeline declares say of an instance; null where it declares none. */
export function declaredVerdict(
  pipeline: Pipeline,
  quantities: Readonly<Record<string, number>> | null,
): DomainVerdict | null {
  const measure = quantities && declaredMeasure(pipeline, quantities);
  return measure && { inside: measure.inside, measures: [measure], nearest: [] };
}

/** A prediction of an instance outside has a warning for each measure that says so, or is refused by the first of them. */
export function withDomain(
  prediction: JudgedPrediction,
  domain: DomainVerdict,
  policy: OutOfDomainPolicy,
): JudgedPrediction {
  if (domain.inside || prediction.error !== null) return { ...prediction, domain };
  const outside = domain.measures.filter(({ inside }) => !inside);
  if (policy === 'REFUSE') {
    const [first] = outside;
    const message = `Outside the model's domain of applicability by ${first?.name ?? 'a measure'}: ${first?.message ?? ''}. The deployment refuses such instances (outOfDomain: REFUSE); ask the version itself for the extrapolation`;
    return {
      value: null,
      unit: null,
      results: [],
      warnings: [],
      error: { code: 'OUT_OF_DOMAIN', message },
      interval: null,
      domain,
    };
  }
  // What is declared has warned already, each quantity for itself.
  const warnings = outside
    .filter(({ name }) => name !== 'declared')
    .map(({ message }): WarningNote => ({
      code: 'OUT_OF_DOMAIN',
      message: `${message}; the answer is an extrapolation`,
    }));
  return { ...prediction, warnings: [...prediction.warnings, ...warnings], domain };
}
