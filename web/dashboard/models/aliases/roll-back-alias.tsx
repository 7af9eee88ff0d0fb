import { useState } from 'react';
import { Form } from 'react-aria-components/Form';
import { useAction } from '../../api/action.js';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { ReasonField } from '../../components/fields.js';
import { Notice } from '../../components/notice.js';
import { RollbackAlias } from '../../__generated__/publishing.js';
import type { AliasTargetFragment } from '../../__generated__/operations.js';

interface RollBackAliasProps {
  readonly model: string;
  readonly alias: AliasTargetFragment;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Asks why an alias shall point where it pointed before. */
export function RollBackAlias({ model, alias, onClose, onDone }: RollBackAliasProps) {
  const [reason, setReason] = useState('');
  const action = useAction(RollbackAlias);
  const submit = async () => {
    const input = {
      model,
      alias: alias.name,
      expected: alias.version.ref,
      reason: reason.trim() === '' ? null : reason.trim(),
    };
    if ((await action.run({ input })) !== null) onDone();
  };
  return (
    <Dialog title={`Roll back ${alias.name}`} onClose={onClose}>
      <Form
        className="form"
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <Notice kind="info">
          {model}@{alias.name} points to {alias.version.ref} now, and then to the version before. Deployments
          that follow the alias migrate back. The history keeps both moves.
        </Notice>
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {action.otherFaults('reason').map((fault) => (
          <Notice key={fault} kind="bad">
            {fault}
          </Notice>
        ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button primary type="submit" isDisabled={action.isRunning}>
            Roll back {alias.name}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
