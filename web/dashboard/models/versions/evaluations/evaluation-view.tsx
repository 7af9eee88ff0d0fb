import type { EvaluationRowFragment } from '../../../__generated__/operations.js';
import { ScrollTable } from '../../../components/scroll-table.js';
import { Time } from '../../../components/time.js';
import { ParityPicture } from '../../../deployment/truth/parity-picture.js';
import { formatCount, formatNumber, formatShare } from '../../../formats/numbers.js';
import { Confusion } from './confusion.js';
import { GroupTable } from './group-table.js';
import { evaluationReport } from './report-of.js';
import { ResidualPicture } from './residual-picture.js';

/** What one evaluation found. */
export function EvaluationView({ evaluation }: { readonly evaluation: EvaluationRowFragment }) {
  const { dataset, result, rows, failed, metrics, createdAt, createdBy, schedule, measuredHere } = evaluation;
  const { parity, residuals, coverage, calibration, confusion, groups } = evaluationReport(evaluation.report);
  const unit = metrics.find(({ name }) => name === 'rmse')?.unit ?? null;
  const measure = unit === null || unit === '1' ? '' : ` ${unit}`;
  return (
    <div className="stack">
      <p>
        <b>{result}</b> on {formatCount(rows - failed)} rows of <b>{dataset}</b>
        {failed > 0 && `; ${formatCount(failed)} more could not be read or answered`}.{' '}
        <span className="muted">
          Measured {!measuredHere && 'elsewhere '}
          <Time at={createdAt} /> for {createdBy}
          {schedule !== null && `, as schedule ${schedule} asks`}.
        </span>
      </p>
      <ScrollTable isDense label={`Metrics on ${dataset}`}>
        <thead>
          <tr>
            <th scope="col">Metric</th>
            <th scope="col" className="number">
              Value
            </th>
            <th scope="col" className="number">
              95 % interval
            </th>
            <th scope="col">Unit</th>
          </tr>
        </thead>
        <tbody>
          {metrics.map(({ name, value, low, high, unit: own }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="number">{formatNumber(value)}</td>
              <td className="number">
                {low === null || high === null ? '–' : `${formatNumber(low)} to ${formatNumber(high)}`}
              </td>
              <td>{own === null || own === '1' ? '–' : own}</td>
            </tr>
          ))}
        </tbody>
      </ScrollTable>
      {coverage && (
        <p>
          Of {formatCount(coverage.rows)} intervals {formatShare(coverage.covered)} hold the measured value
          {coverage.meanWidth !== null &&
            `; they are ${formatNumber(coverage.meanWidth)}${measure} wide on average`}
          .
        </p>
      )}
      {calibration && (
        <p>
          Stated probabilities are {formatShare(calibration.expectedError)} off what came true, on average.
        </p>
      )}
      {parity && parity.length > 0 && (
        <div className="grid-2">
          <ParityPicture
            points={parity.map(([measured, predicted]) => ({ measured, predicted }))}
            unit={measure}
            elsewhere="the metrics are in the table above"
          />
          <ResidualPicture
            errors={parity.map(([measured, predicted]) => predicted - measured)}
            quantiles={residuals ?? {}}
            unit={measure}
          />
        </div>
      )}
      {confusion && <Confusion {...confusion} />}
      {groups && <GroupTable groups={groups} />}
    </div>
  );
}
