import { useState } from 'react';
import { Form } from 'react-aria-components/Form';
import { useAction } from '../api/action.js';
import { Button } from '../components/button.js';
import { ReasonField, TextField } from '../components/fields.js';
import { Notice } from '../components/notice.js';
import { PublishVersion } from '../__generated__/publishing.js';

interface PublishStepProps {
  readonly digest: string;
  readonly model: string;
  readonly onPublished: (ref: string) => void;
}

/** Publishes the file as the model's next version. */
export function PublishStep({ digest, model, onPublished }: PublishStepProps) {
  const [pipeline, setPipeline] = useState('');
  const [notes, setNotes] = useState('');
  const [reason, setReason] = useState('');
  const [unreadable, setUnreadable] = useState<string | null>(null);
  const action = useAction(PublishVersion);
  const submit = async () => {
    const declared = read(pipeline);
    setUnreadable(declared.fault);
    if (declared.fault !== null) return;
    const input = {
      model,
      artifact: { digest },
      ...(declared.value !== undefined && { pipeline: declared.value }),
      ...(notes.trim() !== '' && { notes }),
      ...(reason.trim() !== '' && { reason: reason.trim() }),
    };
    const done = await action.run({ input });
    if (done?.publishVersion.version) onPublished(done.publishVersion.version.ref);
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
      <Notice kind="info">
        The file becomes the next version of {model}, for ever: a version never changes. Its tensors are read
        from the graph.
      </Notice>
      <TextField
        label="Pipeline"
        hint="JSON that makes predictions of molecules, nuclides or particles possible; without one, the version takes tensors."
        lines={4}
        value={pipeline}
        onChange={setPipeline}
        fault={unreadable ?? action.faultAt('pipeline')}
      />
      <TextField
        label="Notes"
        hint="What is particular to this version, in Markdown."
        lines={3}
        value={notes}
        onChange={setNotes}
        fault={action.faultAt('notes')}
      />
      <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
      {action.otherFaults('pipeline', 'notes', 'reason').map((fault) => (
        <Notice key={fault} kind="bad">
          {fault}
        </Notice>
      ))}
      <div className="row">
        <Button primary type="submit" isDisabled={action.isRunning}>
          Publish
        </Button>
        {action.isRunning && <span className="muted">The file is read and tried…</span>}
      </div>
    </Form>
  );
}

function read(text: string): { readonly value?: unknown; readonly fault: string | null } {
  if (text.trim() === '') return { fault: null };
  try {
    return { value: JSON.parse(text) as unknown, fault: null };
  } catch (error) {
    return { fault: `This is not JSON: ${error instanceof Error ? error.message : String(error)}.` };
  }
}
