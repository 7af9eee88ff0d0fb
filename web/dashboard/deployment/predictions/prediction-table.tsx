import type { LoggedPredictionRowFragment } from '../../__generated__/operations.js';
import { Badge } from '../../components/badge.js';
import { Button } from '../../components/button.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { Time } from '../../components/time.js';
import { formatMs, formatNumber, NOTHING } from '../../formats/numbers.js';
import { moleculeTextOf } from '../../molecules/molecule-text.js';

export type LoggedPrediction = LoggedPredictionRowFragment;

interface PredictionTableProps {
  readonly predictions: readonly LoggedPrediction[];
  readonly onMeasure: (prediction: LoggedPrediction) => void;
  readonly onDelete: (prediction: LoggedPrediction) => void;
}

/** More of one is cut off. */
const SHOWN_CHARACTERS = 300;

export function PredictionTable({ predictions, onMeasure, onDelete }: PredictionTableProps) {
  return (
    <ScrollTable label="Logged predictions, newest first">
      <thead>
        <tr>
          <th scope="col">Answered</th>
          <th scope="col">By</th>
          <th scope="col">Asked</th>
          <th scope="col">Answer</th>
          <th scope="col">Measured</th>
          <th scope="col" className="number">
            Took
          </th>
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {predictions.map((prediction) => (
          <PredictionRow
            key={prediction.id}
            prediction={prediction}
            onMeasure={() => onMeasure(prediction)}
            onDelete={() => onDelete(prediction)}
          />
        ))}
      </tbody>
    </ScrollTable>
  );
}

interface PredictionRowProps {
  readonly prediction: LoggedPrediction;
  readonly onMeasure: () => void;
  readonly onDelete: () => void;
}

function PredictionRow({ prediction, onMeasure, onDelete }: PredictionRowProps) {
  const { id, at, version, masked, warnings, error, outcome, totalMs, queueMs, runMs } = prediction;
  const { operation, rows, unit, value } = prediction;
  const suffix = unit === null || unit === '1' ? '' : ` ${unit}`;
  return (
    <tr>
      <td>
        <Time at={at} form="clock" />
      </td>
      <td className="mono">{version.ref}</td>
      <td className="content-cell">
        <span className="mono">{askedText(prediction)}</span>
        {operation === 'INFER' && rows !== 1 && <span className="muted"> {rows} rows</span>}
        {masked.length > 0 && <p className="muted">Masked: {masked.join(', ')}</p>}
      </td>
      <td>
        {error === null ? (
          <>
            <span className="mono">{answerText(prediction)}</span>
            {suffix}
          </>
        ) : (
          <>
            <Badge tone="bad" icon="failed">
              {error.code}
            </Badge>
            {error.message !== null && <p className="muted">{error.message}</p>}
          </>
        )}
        {warnings.map(({ code, message }) => (
          <p key={code} className="muted">
            {message ?? code}
          </p>
        ))}
      </td>
      <td>
        {outcome !== null && (
          <>
            <span className="mono">{shown(outcome.value)}</span>
            {suffix}
            <p className="muted">
              <Time at={outcome.at} /> by {outcome.recordedBy}
              {outcome.replacements > 0 && `, replaced ${outcome.replacements} times`}
            </p>
          </>
        )}
      </td>
      <td className="number">
        {formatMs(totalMs)}
        <p className="muted">
          waited {formatMs(queueMs)}, ran {formatMs(runMs)}
        </p>
      </td>
      <td>
        <div className="row">
          {value !== null && operation === 'PREDICT' && (
            <Button small label={`Say what was measured of ${id}`} onPress={onMeasure}>
              Measured…
            </Button>
          )}
          <Button small danger label={`Delete ${id}`} onPress={onDelete}>
            Delete…
          </Button>
        </div>
      </td>
    </tr>
  );
}

function askedText({ instance, inputs, masked }: LoggedPrediction): string {
  if (instance !== null) return shortened(moleculeTextOf(instance) ?? JSON.stringify(instance));
  if (inputs !== null && inputs.length > 0) return shortened(tensorText(inputs));
  return masked.length > 0 ? 'masked' : NOTHING;
}

function answerText({ value, outputs, masked }: LoggedPrediction): string {
  if (value !== null) return shown(value);
  if (outputs !== null && outputs.length > 0) return shortened(tensorText(outputs));
  return masked.length > 0 ? 'masked' : NOTHING;
}

function tensorText(tensors: NonNullable<LoggedPrediction['inputs']>): string {
  return tensors
    .map(({ name, shape, data }) => `${name} [${shape.join(', ')}] ${JSON.stringify(data)}`)
    .join('; ');
}

function shown(value: unknown): string {
  return typeof value === 'number' ? formatNumber(value) : shortened(JSON.stringify(value));
}

function shortened(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
