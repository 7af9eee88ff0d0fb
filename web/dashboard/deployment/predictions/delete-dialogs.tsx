import { useState } from 'react';
import { DeleteLoggedPredictions } from '../../__generated__/predictions.js';
import { useAction } from '../../api/action.js';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { ReasonField, TextField } from '../../components/fields.js';
import { Notice } from '../../components/notice.js';
import { ReasonDialog } from '../../components/reason-dialog.js';
import { formatCount } from '../../formats/numbers.js';
import { typedSubject } from './log-filter.js';
import type { LoggedPrediction } from './prediction-table.js';

interface DeleteDialogProps {
  readonly deployment: string;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

export function DeleteOneDialog({
  deployment,
  prediction: { id },
  onClose,
  onDone,
}: DeleteDialogProps & { readonly prediction: LoggedPrediction }) {
  return (
    <ReasonDialog
      title="Delete this prediction from the log?"
      document={DeleteLoggedPredictions}
      variablesFor={(reason) => ({ input: { deployment, predictionIds: [id], reason } })}
      confirm="Delete"
      isDestructive
      onClose={onClose}
      onDone={onDone}
    >
      <p>
        It is removed for good, with what was measured of it. That it was removed stands in the events,
        without what it held.
      </p>
    </ReasonDialog>
  );
}

interface DeleteSubjectDialogProps extends DeleteDialogProps {
  /** The field that identifies a subject. */
  readonly field: string;
  /** What is searched for at the moment. */
  readonly given: string;
}

/** Says afterwards how many there were: a value that is mistyped finds none, and that has to be seen. */
export function DeleteSubjectDialog({ deployment, field, given, onClose, onDone }: DeleteSubjectDialogProps) {
  const [subject, setSubject] = useState(given);
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const [removed, setRemoved] = useState<number | null>(null);
  const action = useAction(DeleteLoggedPredictions);
  const submit = async () => {
    setMissing(subject.trim() === '');
    if (subject.trim() === '') return;
    const done = await action.run({
      input: {
        deployment,
        subject: typedSubject(subject),
        reason: reason.trim() === '' ? null : reason.trim(),
      },
    });
    if (done === null) return;
    setRemoved(done.deleteLoggedPredictions.removedCount ?? 0);
    onDone();
  };
  if (removed !== null)
    return (
      <Dialog title={`Deleted by ${field}`} onClose={onClose}>
        <Notice kind={removed === 0 ? 'warn' : 'good'}>
          {removed === 0
            ? `Nothing was logged of ${subject}. It has to be the whole value, as it was sent.`
            : `${formatCount(removed)} ${removed === 1 ? 'prediction' : 'predictions'} of ${subject} removed.`}
        </Notice>
        <div className="dialog-actions">
          <Button onPress={onClose}>Close</Button>
        </div>
      </Dialog>
    );
  return (
    <Dialog title={`Delete by ${field}?`} onClose={onClose} isAlert>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <p>
          Everything that {deployment} has logged of one {field} is removed for good, with what was measured
          of it.
        </p>
        <TextField
          label={field}
          hint="The whole value, as it was sent; a text of digits in quotation marks."
          value={subject}
          onChange={setSubject}
          autoFocus
          fault={isMissing ? 'Say whose predictions to delete.' : action.faultAt('subject')}
        />
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {action.otherFaults('subject', 'reason').map((message) => (
          <Notice key={message} kind="bad">
            {message}
          </Notice>
        ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" danger isDisabled={action.isRunning}>
            Delete for good
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
