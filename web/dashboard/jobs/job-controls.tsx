import { useState } from 'react';
import { CancelJob, PauseJob, ResumeJob } from '../__generated__/jobs.js';
import type { JobRowFragment } from '../__generated__/operations.js';
import { useAction } from '../api/action.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Notice } from '../components/notice.js';
import { ReasonDialog } from '../components/reason-dialog.js';

/** What can be done with a job under way. Holding it loses nothing and is done at once. */
export function JobControls({ job: { id, state, title } }: { readonly job: JobRowFragment }) {
  const [isCancelling, setCancelling] = useState(false);
  const pause = useAction(PauseJob);
  const resume = useAction(ResumeJob);
  const input = { input: { id } };
  return (
    <div className="row">
      {state === 'PAUSED' ? (
        <Button
          small
          label={`Resume: ${title}`}
          isDisabled={resume.isRunning}
          onPress={() => void resume.run(input)}
        >
          <Icon name="play" /> Resume
        </Button>
      ) : (
        <Button
          small
          label={`Pause: ${title}`}
          isDisabled={pause.isRunning}
          onPress={() => void pause.run(input)}
        >
          <Icon name="pause" /> Pause
        </Button>
      )}
      <Button small danger label={`Cancel: ${title}`} onPress={() => setCancelling(true)}>
        <Icon name="cross" /> Cancel…
      </Button>
      {[...pause.otherFaults(), ...resume.otherFaults()].map((message) => (
        <Notice key={message} kind="bad">
          {message}
        </Notice>
      ))}
      {isCancelling && (
        <ReasonDialog
          title="Cancel this job?"
          document={CancelJob}
          variablesFor={(reason) => ({ input: { id, reason } })}
          confirm="Cancel the job"
          isDestructive
          onClose={() => setCancelling(false)}
        >
          <p>
            <b>{title}</b> ends for good. What it did already stays done; to do the rest, start another one.
            Pause it instead to go on later.
          </p>
        </ReasonDialog>
      )}
    </div>
  );
}
