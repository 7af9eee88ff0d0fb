import { useState } from 'react';
import { StartVersionComparison } from '../__generated__/jobs.js';
import { useAction } from '../api/action.js';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import { ReasonField, TextField } from '../components/fields.js';
import { Notice } from '../components/notice.js';

interface ComparisonDialogProps {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Two versions to compare that take longer than a request may. */
export function ComparisonDialog({ onClose, onDone }: ComparisonDialogProps) {
  const [base, setBase] = useState('');
  const [target, setTarget] = useState('');
  const [reason, setReason] = useState('');
  const action = useAction(StartVersionComparison);
  const submit = async () => {
    const done = await action.run({
      input: {
        base: base.trim(),
        target: target.trim(),
        reason: reason.trim() === '' ? null : reason.trim(),
      },
    });
    if (done === null) return;
    onDone();
    onClose();
  };
  return (
    <Dialog title="Compare two versions" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>Everything that compareVersions answers, one part after the other, as a job.</p>
        <TextField
          label="Version that is used now"
          placeholder="esol@production"
          value={base}
          onChange={setBase}
          fault={action.faultAt('base')}
        />
        <TextField
          label="Version that would take its place"
          placeholder="esol@2"
          value={target}
          onChange={setTarget}
          fault={action.faultAt('target')}
        />
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {action.otherFaults('base', 'target', 'reason').map((message) => (
          <Notice key={message} kind="bad">
            {message}
          </Notice>
        ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" primary isDisabled={action.isRunning}>
            Start
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
