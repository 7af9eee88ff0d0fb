import { useState } from 'react';
import { Form } from 'react-aria-components/Form';
import { useAction } from '../../api/action.js';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { ReasonField, SelectField, TextField } from '../../components/fields.js';
import { Notice } from '../../components/notice.js';
import { SetAlias } from '../../__generated__/publishing.js';
import type { AliasTargetFragment } from '../../__generated__/operations.js';
import { useVersionNames } from '../use-version-names.js';

interface MoveAliasProps {
  readonly model: string;
  /** Null for a new one. */
  readonly alias: AliasTargetFragment | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Asks where an alias shall point and why, and says what that changes. */
export function MoveAlias({ model, alias, onClose, onDone }: MoveAliasProps) {
  const [name, setName] = useState(alias?.name ?? (alias === null ? 'production' : ''));
  const [chosen, setChosen] = useState('');
  const [reason, setReason] = useState('');
  const { versions } = useVersionNames(model);
  const others = versions.filter(({ id }) => id !== alias?.version.id);
  const target = chosen === '' ? (others[0]?.ref ?? '') : chosen;
  const action = useAction(SetAlias);
  const submit = async () => {
    const input = {
      model,
      alias: name.trim(),
      version: target,
      // What this page showed: should somebody have moved it meanwhile, nothing is changed.
      expected: alias === null ? '' : alias.version.ref,
      reason: reason.trim() === '' ? null : reason.trim(),
    };
    if ((await action.run({ input })) !== null) onDone();
  };
  return (
    <Dialog title={alias === null ? `New alias of ${model}` : `Move ${alias.name}`} onClose={onClose}>
      <Form
        className="form"
        validationBehavior="aria"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {alias === null && (
          <TextField
            label="Name"
            value={name}
            onChange={setName}
            fault={action.faultAt('alias')}
            isRequired
            autoFocus
          />
        )}
        <SelectField
          label={alias === null ? 'Points to' : `From ${alias.version.ref} to`}
          value={target}
          onChange={setChosen}
          fault={action.faultAt('version')}
          options={others.map(({ ref, tags, aliases }) => ({
            value: ref,
            label: [ref, ...tags.map((tag) => tag.name), ...aliases.map((each) => each.name)].join(', '),
          }))}
        />
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {target !== '' && name !== '' && (
          <Notice kind="info">
            Whoever asks for {model}@{name}
            {name === 'production' && `, or for ${model} alone,`} gets {target} from then on. Deployments that
            follow the alias migrate; all others keep what they serve.
          </Notice>
        )}
        {action.otherFaults('alias', 'version', 'reason').map((fault) => (
          <Notice key={fault} kind="bad">
            {fault}
          </Notice>
        ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button primary type="submit" isDisabled={action.isRunning || target === ''}>
            {alias === null ? `Create ${name}` : `Move to ${target}`}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
