import { useState } from 'react';
import { Form } from 'react-aria-components/Form';
import { useAction } from '../api/action.js';
import { useLiveQuery } from '../api/live-query.js';
import { Button } from '../components/button.js';
import { ReasonField, TextField } from '../components/fields.js';
import { Notice } from '../components/notice.js';
import { useDebounced } from '../components/use-debounced.js';
import { DeploymentProgress, DeployVersion } from '../__generated__/publishing.js';
import { modelOf } from '../paths.js';

interface DeployStepProps {
  readonly version: string;
  readonly onDeployed: (name: string) => void;
}

const PAUSE_MS = 250;

/** Serves a version under a name, and says before what that does to what has the name now. */
export function DeployStep({ version, onDeployed }: DeployStepProps) {
  const [name, setName] = useState(modelOf(version));
  const [reason, setReason] = useState('');
  const action = useAction(DeployVersion);
  const asked = useDebounced(name.trim(), PAUSE_MS);
  const { data } = useLiveQuery(DeploymentProgress, { name: asked }, { pause: asked === '' });
  const taken = asked === name.trim() && data?.deployment?.name === asked ? data.deployment : null;
  const submit = async () => {
    const input = {
      name: name.trim(),
      version,
      // The next step watches it.
      waitMs: 0,
      ...(reason.trim() !== '' && { reason: reason.trim() }),
    };
    const done = await action.run({ input });
    if (done?.deployVersion.deployment) onDeployed(done.deployVersion.deployment.name);
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
      <TextField label="Name" value={name} onChange={setName} fault={action.faultAt('name')} isRequired />
      {taken === null ? (
        <Notice kind="info">
          {version} is loaded into a process of its own, warmed up, and then answers under this name.
        </Notice>
      ) : (
        <Notice kind="warn">
          {taken.name} is there already: {taken.state === 'STOPPED' ? 'stopped, it served' : 'it serves'}{' '}
          {taken.version.ref}. From now on it serves {version} with the default settings, to all its callers,
          as soon as that is ready. To change over slowly, start a canary on the deployment’s page instead.
        </Notice>
      )}
      <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
      {[action.faultAt('version'), ...action.otherFaults('name', 'reason', 'version')]
        .filter((fault) => fault !== null)
        .map((fault) => (
          <Notice key={fault} kind="bad">
            {fault}
          </Notice>
        ))}
      <div>
        <Button primary type="submit" isDisabled={action.isRunning || name.trim() === ''}>
          {taken === null ? `Deploy as ${name}` : `Replace what ${name} serves`}
        </Button>
      </div>
    </Form>
  );
}
