import { AlertMetricValues } from '../../__generated__/enums.js';
import type { AlertMetric, AlertOperator } from '../../__generated__/operations.js';
import { CheckField, SelectField, TextField } from '../../components/fields.js';
import { METRICS } from '../alert-words.js';
import { PACES, type ConditionDraft, type DraftFaults } from './condition-draft.js';
import { AGES, DRIFT_WINDOWS, QUIET_WINDOWS, WINDOWS } from './choices.js';

/** Those that have a past to compare with. */
const COMPARED: readonly AlertMetric[] = [
  'REQUEST_RATE',
  'ERROR_RATE',
  'ERRORS',
  'LATENCY_P50',
  'LATENCY_P95',
  'LATENCY_P99',
  'CACHE_HIT_RATE',
];

interface ConditionFieldsProps {
  readonly draft: ConditionDraft;
  readonly onChange: (change: Partial<ConditionDraft>) => void;
  /** What is no number. */
  readonly faults: DraftFaults;
  /** What the server says of a field of the condition; null when nothing is wrong with it. */
  readonly serverFault: (field: string) => string | null;
}

/** What a rule watches for, as its kind asks for it. */
export function ConditionFields(props: ConditionFieldsProps) {
  const { draft, onChange, serverFault } = props;
  switch (draft.kind) {
    case 'threshold':
      return <ThresholdFields {...props} />;
    case 'rateOfChange':
      return <RateOfChangeFields {...props} />;
    case 'burnRate':
      return <BurnRateFields {...props} />;
    case 'drift':
      return (
        <SelectField
          label="Compared over"
          hint="Against the reference distribution of the version. Deployments without one never fire."
          options={DRIFT_WINDOWS}
          value={draft.driftWindow}
          onChange={(driftWindow) => onChange({ driftWindow })}
          fault={serverFault('window')}
        />
      );
    case 'noTraffic':
      return (
        <SelectField
          label="No request for"
          hint="Of deployments that are ready."
          options={QUIET_WINDOWS}
          value={draft.quietWindow}
          onChange={(quietWindow) => onChange({ quietWindow })}
          fault={serverFault('window')}
        />
      );
    case 'evaluation':
      return <EvaluationFields {...props} />;
    case 'staleness':
      return (
        <TextField
          label="Published longer ago than, days"
          inputMode="decimal"
          value={draft.maxAgeDays}
          onChange={(maxAgeDays) => onChange({ maxAgeDays })}
          fault={props.faults.maxAgeDays ?? serverFault('maxAge')}
        />
      );
  }
}

function ThresholdFields({ draft, onChange, faults, serverFault }: ConditionFieldsProps) {
  const { unit } = METRICS[draft.metric];
  return (
    <>
      <div className="form-row">
        <SelectField
          label="Watch"
          options={AlertMetricValues.map((value) => ({ value, label: METRICS[value].label }))}
          value={draft.metric}
          onChange={(metric) => onChange({ metric: metric as AlertMetric })}
          fault={serverFault('metric')}
        />
        <SelectField
          label="Bad is"
          options={[
            { value: 'ABOVE', label: 'above' },
            { value: 'BELOW', label: 'below' },
          ]}
          value={draft.operator}
          onChange={(operator) => onChange({ operator: operator as AlertOperator })}
        />
        <TextField
          label={`Limit, ${unit}`}
          inputMode="decimal"
          value={draft.value}
          onChange={(value) => onChange({ value })}
          fault={faults.value ?? serverFault('value')}
        />
      </div>
      <div className="form-row">
        <SelectField
          label="Measured over"
          options={WINDOWS}
          value={draft.window}
          onChange={(window) => onChange({ window })}
          fault={serverFault('window')}
        />
        <TextField
          label={`Resolved only at, ${unit}`}
          hint="The limit itself when empty."
          inputMode="decimal"
          value={draft.clearValue}
          onChange={(clearValue) => onChange({ clearValue })}
          fault={faults.clearValue ?? serverFault('clearValue')}
        />
      </div>
    </>
  );
}

function EvaluationFields({ draft, onChange, faults, serverFault }: ConditionFieldsProps) {
  return (
    <>
      <div className="form-row">
        <TextField
          label="Metric"
          hint="As an evaluation names it: rmse, mae, accuracy…"
          value={draft.quality}
          onChange={(quality) => onChange({ quality })}
          fault={serverFault('metric')}
        />
        <TextField
          label="Measured on"
          hint="The data set’s name, as the evaluation says."
          value={draft.dataset}
          onChange={(dataset) => onChange({ dataset })}
          fault={serverFault('dataset')}
        />
      </div>
      <div className="form-row">
        <SelectField
          label="Bad is"
          options={[
            { value: 'ABOVE', label: 'above' },
            { value: 'BELOW', label: 'below' },
          ]}
          value={draft.operator}
          onChange={(operator) => onChange({ operator: operator as AlertOperator })}
        />
        <TextField
          label="Limit, in the metric’s unit"
          inputMode="decimal"
          value={draft.qualityLimit}
          onChange={(qualityLimit) => onChange({ qualityLimit })}
          fault={faults.qualityLimit ?? serverFault('value')}
        />
      </div>
      <CheckField value={draft.isCertain} onChange={(isCertain) => onChange({ isCertain })}>
        Only where its whole 95 % interval is beyond the limit
      </CheckField>
    </>
  );
}

function RateOfChangeFields({ draft, onChange, faults, serverFault }: ConditionFieldsProps) {
  return (
    <>
      <div className="form-row">
        <SelectField
          label="Watch"
          options={COMPARED.map((value) => ({ value, label: METRICS[value].label }))}
          value={draft.comparedMetric}
          onChange={(metric) => onChange({ comparedMetric: metric as AlertMetric })}
          fault={serverFault('metric')}
        />
        <TextField
          label="Times what it was"
          hint="2: twice as much or more; 0.5: half or less."
          inputMode="decimal"
          value={draft.factor}
          onChange={(factor) => onChange({ factor })}
          fault={faults.factor ?? serverFault('factor')}
        />
      </div>
      <div className="form-row">
        <SelectField
          label="Measured over"
          options={WINDOWS}
          value={draft.window}
          onChange={(window) => onChange({ window })}
          fault={serverFault('window')}
        />
        <SelectField
          label="Compared with what was"
          options={AGES}
          value={draft.compareTo}
          onChange={(compareTo) => onChange({ compareTo })}
          fault={serverFault('compareTo')}
        />
      </div>
    </>
  );
}

function BurnRateFields({ draft, onChange, faults, serverFault }: ConditionFieldsProps) {
  return (
    <>
      <div className="form-row">
        <TextField
          label="Objective, % that go well"
          inputMode="decimal"
          value={draft.objective}
          onChange={(objective) => onChange({ objective })}
          fault={faults.objective ?? serverFault('objective')}
        />
        <TextField
          label="Well is within, ms"
          hint="Empty: answered at all."
          inputMode="decimal"
          value={draft.latencyMs}
          onChange={(latencyMs) => onChange({ latencyMs })}
          fault={faults.latencyMs ?? serverFault('latencyMs')}
        />
      </div>
      <SelectField
        label="Fires when the error budget of 30 days loses"
        options={Object.entries(PACES).map(([value, { label }]) => ({ value, label }))}
        value={draft.pace}
        onChange={(pace) => onChange({ pace })}
        fault={serverFault('longWindow') ?? serverFault('shortWindow') ?? serverFault('factor')}
      />
      <CheckField
        value={draft.ignoreCallerErrors}
        onChange={(ignoreCallerErrors) => onChange({ ignoreCallerErrors })}
      >
        Failures that callers can put right do not count
      </CheckField>
    </>
  );
}
