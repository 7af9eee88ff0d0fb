import { useState } from 'react';
import { OptimizeVersion } from '../../../__generated__/optimizations.js';
import type { OptimizationMethod, OptimizationSampleInput } from '../../../__generated__/operations.js';
import { useAction } from '../../../api/action.js';
import { Button } from '../../../components/button.js';
import { Dialog } from '../../../components/dialog.js';
import { ReasonField, SelectField, TextField } from '../../../components/fields.js';
import { FileDrop } from '../../../components/file-drop.js';
import { Notice } from '../../../components/notice.js';
import { formatBytes, type Large } from '../../../formats/numbers.js';
import { ColumnField } from '../../../jobs/files/column-fields.js';
import { ROW_FILES } from '../../../jobs/files/row-files.js';
import { useRowFile } from '../../../jobs/files/use-row-file.js';

interface OptimizeDialogProps {
  readonly version: string;
  readonly attachments: readonly { readonly role: string; readonly rows: Large | null }[];
  readonly onClose: () => void;
  readonly onStarted: (job: string) => void;
}

const METHODS: readonly { readonly value: OptimizationMethod; readonly label: string }[] = [
  { value: 'AUTO', label: 'Try several, and keep the best' },
  { value: 'INT8_STATIC', label: '8 bits, calibrated' },
  { value: 'INT8_DYNAMIC', label: '8 bits, scaled in each run' },
  { value: 'FP16', label: 'Weights of 16 bits' },
  { value: 'WEIGHTS_INT8', label: 'Weights of 8 bits' },
  { value: 'WEIGHTS_INT4', label: 'Weights of 4 bits' },
  { value: 'PRUNE_STRUCTURED', label: 'Fewer units, channels or trees' },
  { value: 'PRUNE_MAGNITUDE', label: 'Small weights to 0' },
  { value: 'DISTILL', label: 'A small model that learns from this one' },
];

/** A version to be made smaller or faster within a budget, as a job. */
export function OptimizeDialog({ version, attachments, onClose, onStarted }: OptimizeDialogProps) {
  const [method, setMethod] = useState<OptimizationMethod>('AUTO');
  const [options, setOptions] = useState('');
  const [maxLoss, setMaxLoss] = useState('');
  const [minSpeedup, setMinSpeedup] = useState('');
  const [minShrink, setMinShrink] = useState('');
  const [maxMeanDifference, setMaxMeanDifference] = useState('');
  const [target, setTarget] = useState('');
  const [reason, setReason] = useState('');
  const { file, take } = useRowFile();
  const action = useAction(OptimizeVersion);
  const own = attachments.find(({ rows }) => rows !== null);
  const parsed = parsedOptions(options);

  const submit = async () => {
    const sample: OptimizationSampleInput | null =
      file.phase === 'sent'
        ? {
            file: {
              artifact: file.digest,
              format: file.format,
              ...(target.trim() !== '' && { target: target.trim() }),
            },
          }
        : null;
    const done = await action.run({
      input: {
        version,
        method,
        ...(parsed !== null && { options: parsed }),
        budget: {
          maxLoss: limitOf(maxLoss),
          minSpeedup: limitOf(minSpeedup),
          minShrink: limitOf(minShrink),
          maxMeanDifference: limitOf(maxMeanDifference),
        },
        sample,
        reason: reason.trim() === '' ? null : reason.trim(),
      },
    });
    if (done?.optimizeVersion.job) onStarted(done.optimizeVersion.job.id);
  };
  const limit = (label: string, hint: string, value: string, set: (value: string) => void) => (
    <TextField
      label={label}
      hint={hint}
      inputMode="decimal"
      value={value}
      onChange={set}
      fault={Number.isNaN(Number(value)) ? 'Expected a number, such as 0.02.' : null}
    />
  );
  return (
    <Dialog title={`Optimize ${version}`} onClose={onClose} wide>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>
          What is made is measured beside the original. What keeps to the budget becomes a new version;
          nothing serves it until you say so.
        </p>
        <div className="form-row">
          <SelectField
            label="Method"
            value={method}
            onChange={(value) => setMethod(value as OptimizationMethod)}
            options={METHODS}
            fault={action.faultAt('method')}
          />
          <TextField
            label="Options of the method"
            placeholder='{"ratio": 0.5}'
            value={options}
            onChange={setOptions}
            fault={parsed === undefined ? 'Expected an object of JSON.' : action.faultAt('options')}
          />
        </div>
        <div className="form-row">
          {limit('At most lost of the metric', 'RMSE or accuracy, in its own unit.', maxLoss, setMaxLoss)}
          {limit('At least times as fast', 'For single rows.', minSpeedup, setMinSpeedup)}
          {limit('At least times as small', 'Its file.', minShrink, setMinShrink)}
          {limit(
            'At most off in the mean',
            'Where nothing was measured.',
            maxMeanDifference,
            setMaxMeanDifference,
          )}
        </div>
        {action.faultAt('budget') !== null && <Notice kind="bad">{action.faultAt('budget')}</Notice>}
        <p className="muted">
          {own === undefined
            ? 'The version has no data of its own: give rows to work on, a third of which are held out to measure on.'
            : `Without a file its ${own.role} data is taken. A third is held out to measure on.`}
        </p>
        <FileDrop
          label="Drop a CSV, TSV, JSONL, SDF, SMI or Parquet file here"
          accepted={ROW_FILES}
          onFile={(dropped) => void take(dropped)}
        />
        {file.phase === 'failed' && <Notice kind="bad">{file.message}</Notice>}
        {file.phase === 'sent' && (
          <>
            <Notice kind="good">{`${file.name}, ${formatBytes(file.size)}, read as ${file.format}.`}</Notice>
            <ColumnField
              label="Column of what was measured"
              columns={file.columns}
              none="(none)"
              value={target}
              onChange={setTarget}
              fault={null}
            />
          </>
        )}
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {action.otherFaults('method', 'options', 'budget', 'reason').map((message) => (
          <Notice key={message} kind="bad">
            {message}
          </Notice>
        ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" primary isDisabled={action.isRunning || parsed === undefined}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function limitOf(text: string): number | null {
  return text.trim() === '' ? null : Number(text);
}

/** Null without any; undefined for what is no object. */
function parsedOptions(text: string): Record<string, unknown> | null | undefined {
  if (text.trim() === '') return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
