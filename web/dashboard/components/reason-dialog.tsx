import { useState, type ReactNode } from 'react';
import type { AnyVariables } from 'urql';
import { useAction } from '../api/action.js';
import type { ApiDocument } from '../api/documents.js';
import { Button } from './button.js';
import { Dialog } from './dialog.js';
import { Notice } from './notice.js';
import { ReasonField } from './fields.js';

interface ReasonDialogProps<Data extends object, Variables extends AnyVariables & object> {
  readonly title: string;
  /** What happens when it is confirmed. */
  readonly children: ReactNode;
  readonly document: ApiDocument<Data, Variables>;
  /** @param reason null when none was given */
  readonly variablesFor: (reason: string | null) => Variables;
  /** What the button says, such as “Roll back”. */
  readonly confirm: string;
  readonly isDestructive?: boolean;
  readonly onClose: () => void;
  readonly onDone?: (data: Data) => void;
}

/** Says what is about to happen, asks why, and does it. What the server has against it stands in front of the buttons. */
export function ReasonDialog<Data extends object, Variables extends AnyVariables & object>(
  props: ReasonDialogProps<Data, Variables>,
) {
  const { title, children, document, variablesFor, confirm, isDestructive = false, onClose, onDone } = props;
  const [reason, setReason] = useState('');
  const action = useAction(document);
  const submit = async () => {
    const data = await action.run(variablesFor(reason.trim() === '' ? null : reason.trim()));
    if (data === null) return;
    onDone?.(data);
    onClose();
  };
  return (
    <Dialog title={title} onClose={onClose} isAlert={isDestructive}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="stack">{children}</div>
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {action.otherFaults('reason').map((message) => (
          <Notice key={message} kind="bad">
            {message}
          </Notice>
        ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" primary={!isDestructive} danger={isDestructive} isDisabled={action.isRunning}>
            {action.isRunning ? 'One moment…' : confirm}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
