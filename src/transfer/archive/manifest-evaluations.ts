import { newestOfEach, toEvaluation, type Evaluation } from '../../batch/index.js';
import type { Prisma } from '../../platform/database/index.js';
import type { ManifestEvaluation } from './manifest.js';

/** Of measured and predicted, as many points as a picture needs. */
const MAX_POINTS = 200;

type EvaluationRow = Prisma.EvaluationGetPayload<{ include: { version: { select: { number: true } } } }>;

/** The newest of each version, set of rows and result, in that order. @param rows newest first */
export function manifestEvaluations(rows: readonly EvaluationRow[]): ManifestEvaluation[] {
  const byVersion = new Map<number, Evaluation[]>();
  for (const { version, ...row } of rows) {
    const evaluation = toEvaluation(row);
    const known = byVersion.get(version.number);
    if (known) known.push(evaluation);
    else byVersion.set(version.number, [evaluation]);
  }
  return [...byVersion]
    .flatMap(([number, all]) => newestOfEach(all).map((evaluation) => manifestEvaluation(number, evaluation)))
    .sort((one, other) => (evaluationKey(one) < evaluationKey(other) ? -1 : 1));
}

/** Which version, rows and result it is about; in the order in which an archive lists them. */
export function evaluationKey({ version, dataset, result }: EvaluationPlace): string {
  return `${String(version).padStart(10, '0')} ${JSON.stringify([dataset, result])}`;
}

export type EvaluationPlace = Pick<ManifestEvaluation, 'version' | 'dataset' | 'result'>;

function manifestEvaluation(
  version: number,
  { dataset, artifact, result, rows, failed, metrics, report, createdAt, createdBy }: Evaluation,
): ManifestEvaluation {
  const { parity, ...rest } = report;
  return {
    version,
    dataset,
    artifact,
    result,
    rows,
    failed,
    metrics: metrics.map(({ name, value, interval, unit, higherIsBetter }) => ({
      name,
      value,
      interval: interval && { low: interval.low, high: interval.high },
      unit,
      higherIsBetter,
    })),
    report: { ...rest, parity: parity && thinned(parity) } as unknown as ManifestEvaluation['report'],
    createdAt: createdAt.toISOString(),
    createdBy,
  };
}

function thinned<Point>(points: readonly Point[]): readonly Point[] {
  const step = Math.max(1, points.length / MAX_POINTS);
  return points.filter((_, place) => Math.floor(place / step) !== Math.floor((place - 1) / step));
}
