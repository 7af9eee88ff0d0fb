import { useState } from 'react';
import { SilenceAlerts } from '../__generated__/alerts.js';
import { useAction } from '../api/action.js';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import { ReasonField, SelectField } from '../components/fields.js';
import { Notice } from '../components/notice.js';

/** Whose alerts are to be silent. */
export interface Silenced {
  readonly rule?: string;
  readonly deployment?: string;
}

const HOUR_MS = 3_600_000;
const SPANS = [
  { value: '1', label: 'an hour' },
  { value: '4', label: 'four hours' },
  { value: '24', label: 'a day' },
  { value: '168', label: 'a week' },
] as const;

interface SilenceDialogProps {
  readonly silenced: Silenced;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Keeps webhooks from being told for a while. */
export function SilenceDialog({ silenced, onClose, onDone }: SilenceDialogProps) {
  const [hours, setHours] = useState('1');
  const [reason, setReason] = useState('');
  const action = useAction(SilenceAlerts);
  const subject = [silenced.rule, silenced.deployment].filter((name) => name !== undefined).join(' of ');
  const submit = async () => {
    const until = new Date(Date.now() + Number(hours) * HOUR_MS).toISOString();
    const done = await action.run({ input: { ...silenced, until, reason: reason.trim() } });
    if (done === null) return;
    onDone();
    onClose();
  };
  return (
    <Dialog title={`Silence ${subject}`} onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>Webhooks are not told meanwhile. What still fires when the silence ends is told then.</p>
        <SelectField
          label="For"
          options={SPANS}
          value={hours}
          onChange={setHours}
          fault={action.faultAt('until')}
        />
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {action.otherFaults('until', 'reason').map((message) => (
          <Notice key={message} kind="bad">
            {message}
          </Notice>
        ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" primary isDisabled={action.isRunning}>
            Silence
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
