import { useState } from 'react';
import { Form } from 'react-aria-components/Form';
import { useAction } from '../api/action.js';
import { usePagedList } from '../api/paged-list.js';
import { DOMAINS } from '../catalog/domains.js';
import { Button } from '../components/button.js';
import { Choices } from '../components/choices.js';
import { ReasonField, SelectField, TextField } from '../components/fields.js';
import { Notice } from '../components/notice.js';
import { ModelNames, RegisterModel } from '../__generated__/publishing.js';
import type { Domain } from '../__generated__/operations.js';

/** Chooses the model that the file becomes a version of, or registers a new one. */
export function ModelStep({ onChosen }: { readonly onChosen: (name: string) => void }) {
  const [kind, setKind] = useState<'new' | 'known'>('new');
  return (
    <div className="stack">
      <div>
        <Choices
          label="Which model"
          options={[
            { value: 'new', label: 'A new model' },
            { value: 'known', label: 'A new version of a model' },
          ]}
          value={kind}
          onChange={(value) => setKind(value as 'new' | 'known')}
        />
      </div>
      {kind === 'new' ? <NewModel onChosen={onChosen} /> : <KnownModel onChosen={onChosen} />}
    </div>
  );
}

function KnownModel({ onChosen }: { readonly onChosen: (name: string) => void }) {
  const { nodes: models } = usePagedList(ModelNames, {}, (data) => data.models, { all: true });
  const [chosen, setChosen] = useState('');
  const name = chosen === '' ? (models[0]?.name ?? '') : chosen;
  return (
    <>
      <SelectField
        label="Model"
        value={name}
        onChange={setChosen}
        options={models.map((model) => ({ value: model.name, label: `${model.name}: ${model.title}` }))}
      />
      <div>
        <Button primary isDisabled={name === ''} onPress={() => onChosen(name)}>
          Go on
        </Button>
      </div>
    </>
  );
}

function NewModel({ onChosen }: { readonly onChosen: (name: string) => void }) {
  const [name, setName] = useState('');
  const [title, setTitle] = useState('');
  const [summary, setSummary] = useState('');
  const [domain, setDomain] = useState<Domain>('GENERAL');
  const [reason, setReason] = useState('');
  const action = useAction(RegisterModel);
  const submit = async () => {
    const input = {
      name: name.trim(),
      domain,
      ...(title.trim() !== '' && { title: title.trim() }),
      ...(summary.trim() !== '' && { summary: summary.trim() }),
      ...(reason.trim() !== '' && { reason: reason.trim() }),
    };
    const done = await action.run({ input });
    if (done?.registerModel.model) onChosen(done.registerModel.model.name);
  };
  return (
    <Form
      className="form"
      validationBehavior="aria"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <TextField
        label="Name"
        hint="Stays for ever: letters, digits, dots, underscores and hyphens, such as solubility-v2."
        value={name}
        onChange={setName}
        fault={action.faultAt('name')}
        isRequired
      />
      <TextField label="Title" value={title} onChange={setTitle} fault={action.faultAt('title')} />
      <TextField
        label="What it predicts"
        lines={2}
        value={summary}
        onChange={setSummary}
        fault={action.faultAt('summary')}
      />
      <SelectField
        label="Domain"
        value={domain}
        onChange={(value) => setDomain(value as Domain)}
        fault={action.faultAt('domain')}
        options={DOMAINS}
      />
      <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
      {action.otherFaults('name', 'title', 'summary', 'domain', 'reason').map((fault) => (
        <Notice key={fault} kind="bad">
          {fault}
        </Notice>
      ))}
      <div>
        <Button primary type="submit" isDisabled={action.isRunning}>
          Register
        </Button>
      </div>
    </Form>
  );
}
