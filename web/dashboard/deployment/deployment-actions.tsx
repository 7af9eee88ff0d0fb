import { useState } from 'react';
import { RollbackDeployment, Undeploy } from '../__generated__/deployment-actions.js';
import type { DeploymentDetailsFragment } from '../__generated__/operations.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { ReasonDialog } from '../components/reason-dialog.js';
import { loadedLater } from '../loading/loaded-later.js';

const MigrateDialog = loadedLater(() => import('./migration/migrate-dialog.js'), 'dialog');

interface DeploymentActionsProps {
  readonly deployment: DeploymentDetailsFragment;
  readonly isMigrating: boolean;
}

/** What can be done with a deployment as a whole. */
export function DeploymentActions({ deployment, isMigrating }: DeploymentActionsProps) {
  const { name, state, version, revision } = deployment;
  const [asked, setAsked] = useState<'migrate' | 'rollback' | 'stop' | null>(null);
  const close = () => setAsked(null);
  const isServing = state === 'READY';
  return (
    <>
      {isServing && !isMigrating && (
        <Button primary onPress={() => setAsked('migrate')}>
          <Icon name="next" /> Migrate…
        </Button>
      )}
      {isServing && !isMigrating && revision.number > 1 && (
        <Button onPress={() => setAsked('rollback')}>
          <Icon name="back" /> Roll back…
        </Button>
      )}
      {state !== 'STOPPED' && (
        <Button danger onPress={() => setAsked('stop')}>
          <Icon name="stopped" /> Stop…
        </Button>
      )}
      {asked === 'migrate' && <MigrateDialog deployment={name} onClose={close} />}
      {asked === 'rollback' && (
        <ReasonDialog
          title={`Roll ${name} back?`}
          document={RollbackDeployment}
          variablesFor={(reason) => ({ input: { deployment: name, reason, waitMs: 0 } })}
          confirm="Roll back"
          isDestructive
          onClose={close}
        >
          <p>
            What served before <span className="mono">{version.ref}</span> serves again, with all its
            settings, as a new revision. Where it was kept warm this takes effect at once; else it is loaded
            first, and <span className="mono">{version.ref}</span> serves until then. The history keeps both.
          </p>
        </ReasonDialog>
      )}
      {asked === 'stop' && (
        <ReasonDialog
          title={`Stop ${name}?`}
          document={Undeploy}
          variablesFor={(reason) => ({ input: { name, reason } })}
          confirm={`Stop ${name}`}
          isDestructive
          onClose={close}
        >
          <p>
            Requests that run are finished; every later request to <b>{name}</b> is refused, and its memory
            becomes free. The deployment and its history stay, and it can be deployed again.
          </p>
        </ReasonDialog>
      )}
    </>
  );
}
