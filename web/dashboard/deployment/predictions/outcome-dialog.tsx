import { useState } from 'react';
import { RecordOutcome } from '../../__generated__/predictions.js';
import { useAction } from '../../api/action.js';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { ReasonField, TextField } from '../../components/fields.js';
import { Notice } from '../../components/notice.js';
import { typedValue } from './log-filter.js';
import type { LoggedPrediction } from './prediction-table.js';

interface OutcomeDialogProps {
  readonly prediction: LoggedPrediction;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** What the laboratory found of one prediction. */
export function OutcomeDialog({ prediction, onClose, onDone }: OutcomeDialogProps) {
  const { id, value, unit, outcome } = prediction;
  const [measured, setMeasured] = useState('');
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const action = useAction(RecordOutcome);
  const submit = async () => {
    setMissing(measured.trim() === '');
    if (measured.trim() === '') return;
    const done = await action.run({
      input: {
        predictionId: id,
        value: typedValue(measured),
        reason: reason.trim() === '' ? null : reason.trim(),
      },
    });
    if (done === null) return;
    onDone();
    onClose();
  };
  const suffix = unit === null || unit === '1' ? '' : `, ${unit}`;
  return (
    <Dialog title="What was measured?" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {value !== null && (
          <p>
            Predicted: <span className="mono">{JSON.stringify(value)}</span>
            {suffix}
          </p>
        )}
        {outcome !== null && (
          <p>
            It takes the place of <span className="mono">{JSON.stringify(outcome.value)}</span>, whose event
            stays.
          </p>
        )}
        <TextField
          label={`Measured${suffix}`}
          hint="A number, a class, or JSON, of the prediction’s type."
          value={measured}
          onChange={setMeasured}
          autoFocus
          fault={isMissing ? 'Say what was measured.' : action.faultAt('value')}
        />
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {action.otherFaults('value', 'reason').map((message) => (
          <Notice key={message} kind="bad">
            {message}
          </Notice>
        ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" primary isDisabled={action.isRunning}>
            Record
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
