import { useState } from 'react';
import { AbortMigration, PauseMigration, ResumeMigration } from '../../__generated__/deployment-actions.js';
import type { MigrationDetailsFragment } from '../../__generated__/operations.js';
import { Button } from '../../components/button.js';
import { Icon } from '../../components/icon.js';
import { ReasonDialog } from '../../components/reason-dialog.js';

interface MigrationControlsProps {
  readonly deployment: string;
  readonly migration: MigrationDetailsFragment;
}

/** What can be done with a migration under way. */
export function MigrationControls({ deployment, migration }: MigrationControlsProps) {
  const [asked, setAsked] = useState<'pause' | 'resume' | 'abort' | null>(null);
  const { state, toRevision, fromRevision } = migration;
  const [before, after] = [fromRevision.version.ref, toRevision.version.ref];
  const close = () => setAsked(null);
  const isApproval = state === 'AWAITING_APPROVAL';
  const variablesFor = (reason: string | null) => ({ input: { deployment, reason } });
  return (
    <div className="row">
      {state === 'RUNNING' && (
        <Button onPress={() => setAsked('pause')}>
          <Icon name="pause" /> Pause
        </Button>
      )}
      {(state === 'PAUSED' || isApproval) && (
        <Button primary onPress={() => setAsked('resume')}>
          <Icon name={isApproval ? 'check' : 'play'} /> {isApproval ? 'Approve' : 'Resume'}
        </Button>
      )}
      <Button danger onPress={() => setAsked('abort')}>
        <Icon name="back" /> Abort
      </Button>
      {asked === 'pause' && (
        <ReasonDialog
          title="Pause the migration?"
          document={PauseMigration}
          variablesFor={variablesFor}
          confirm="Pause"
          onClose={close}
        >
          <p>
            It stays in its present step until somebody resumes it. Its guards go on watching, and still roll
            it back.
          </p>
        </ReasonDialog>
      )}
      {asked === 'resume' && (
        <ReasonDialog
          title={isApproval ? `Give ${after} all requests?` : 'Resume the migration?'}
          document={ResumeMigration}
          variablesFor={variablesFor}
          confirm={isApproval ? 'Approve' : 'Resume'}
          onClose={close}
        >
          <p>
            {isApproval
              ? `${after} answers every request from then on. ${before} stays in memory for a while, so that you can roll back at once.`
              : 'It goes on from the step it was paused in.'}
          </p>
        </ReasonDialog>
      )}
      {asked === 'abort' && (
        <ReasonDialog
          title="Abort the migration?"
          document={AbortMigration}
          variablesFor={variablesFor}
          confirm="Abort the migration"
          isDestructive
          onClose={close}
        >
          <p>
            {before} answers all requests again, at once, and {after} leaves memory. The migration does not go
            on; begin another one to try again.
          </p>
        </ReasonDialog>
      )}
    </div>
  );
}
