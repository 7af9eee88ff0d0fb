import { useState } from 'react';
import { DeleteSchedule, RunSchedule, Schedules, UpdateSchedule } from '../../__generated__/jobs.js';
import type { ScheduleRowFragment } from '../../__generated__/operations.js';
import { usePagedList } from '../../api/paged-list.js';
import { Button } from '../../components/button.js';
import { QueryError } from '../../components/query-error.js';
import { ReasonDialog } from '../../components/reason-dialog.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { Time } from '../../components/time.js';
import { formatDuration } from '../../formats/durations.js';
import { ScheduleDialog } from './schedule-dialog.js';

type Question = { readonly schedule: ScheduleRowFragment; readonly what: 'run' | 'switch' | 'delete' };

/** Evaluations that are made again and again. */
export function ScheduleList({ onStarted }: { readonly onStarted: () => void }) {
  const { nodes, data, error, refresh } = usePagedList(
    Schedules,
    { first: 100 },
    (answer) => answer.evaluationSchedules,
    {
      all: true,
    },
  );
  const [asked, setAsked] = useState<Question | 'new' | null>(null);
  const changed = () => {
    refresh();
    onStarted();
  };
  return (
    <section className="panel" aria-label="Scheduled evaluations">
      <div className="panel-head">
        <h2>Scheduled evaluations</h2>
        <Button small onPress={() => setAsked('new')}>
          New schedule…
        </Button>
      </div>
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      {data !== undefined && nodes.length === 0 && (
        <p className="empty">
          None. A schedule measures a version again and again, on a file or on what the laboratory recorded.
        </p>
      )}
      {nodes.length > 0 && (
        <ScrollTable label="Scheduled evaluations">
          <thead>
            <tr>
              <th scope="col">Schedule</th>
              <th scope="col">Every</th>
              <th scope="col">Next</th>
              <th scope="col">Last</th>
              <th scope="col">
                <span className="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {nodes.map((schedule) => (
              <ScheduleRow
                key={schedule.id}
                schedule={schedule}
                onAsk={(what) => setAsked({ schedule, what })}
              />
            ))}
          </tbody>
        </ScrollTable>
      )}
      {asked === 'new' && <ScheduleDialog onClose={() => setAsked(null)} onDone={refresh} />}
      {asked !== null && asked !== 'new' && (
        <ScheduleQuestion {...asked} onClose={() => setAsked(null)} onDone={changed} />
      )}
    </section>
  );
}

interface ScheduleRowProps {
  readonly schedule: ScheduleRowFragment;
  readonly onAsk: (what: Question['what']) => void;
}

function ScheduleRow({ schedule, onAsk }: ScheduleRowProps) {
  const {
    name,
    every,
    timeZone,
    enabled,
    deploymentName,
    version,
    evaluation,
    nextRunAt,
    lastRunAt,
    lastJob,
  } = schedule;
  const { dataset, outcomes } = evaluation as { readonly dataset?: string; readonly outcomes?: object };
  const rows = dataset ?? (outcomes ? 'recorded outcomes' : 'a file');
  return (
    <tr>
      <th scope="row">
        {name}
        <div className="muted">
          {deploymentName ?? version} on {rows}
        </div>
      </th>
      <td>{every.startsWith('P') ? formatDuration(every) : `${every} (${timeZone})`}</td>
      <td>
        {!enabled ? (
          <span className="muted">switched off</span>
        ) : (
          nextRunAt !== null && <Time at={nextRunAt} />
        )}
      </td>
      <td className="finding">
        {lastRunAt === null ? <span className="muted">never</span> : <Time at={lastRunAt} />}
        {lastJob?.state === 'FAILED' && <p className="is-bad">{lastJob.error}</p>}
        {schedule.problem !== null && <p className="is-bad">{schedule.problem}</p>}
      </td>
      <td>
        <div className="row">
          <Button small label={`Run now: ${name}`} onPress={() => onAsk('run')}>
            Run now…
          </Button>
          <Button small label={`Switch ${enabled ? 'off' : 'on'}: ${name}`} onPress={() => onAsk('switch')}>
            Switch {enabled ? 'off' : 'on'}…
          </Button>
          <Button small danger label={`Delete ${name}`} onPress={() => onAsk('delete')}>
            Delete…
          </Button>
        </div>
      </td>
    </tr>
  );
}

function ScheduleQuestion({
  schedule: { name, enabled },
  what,
  ...common
}: Question & { readonly onClose: () => void; readonly onDone: () => void }) {
  if (what === 'run')
    return (
      <ReasonDialog
        title={`Run ${name} now?`}
        document={RunSchedule}
        variablesFor={(reason) => ({ input: { schedule: name, reason } })}
        confirm="Run now"
        {...common}
      >
        <p>When it is due next stays as it is.</p>
      </ReasonDialog>
    );
  if (what === 'delete')
    return (
      <ReasonDialog
        title={`Delete the schedule ${name}?`}
        document={DeleteSchedule}
        variablesFor={(reason) => ({ input: { schedule: name, reason } })}
        confirm="Delete the schedule"
        isDestructive
        {...common}
      >
        <p>What it found stays with the versions. Its file goes when nothing else needs it.</p>
      </ReasonDialog>
    );
  return (
    <ReasonDialog
      title={`Switch ${name} ${enabled ? 'off' : 'on'}?`}
      document={UpdateSchedule}
      variablesFor={(reason) => ({ input: { schedule: name, enabled: !enabled, reason } })}
      confirm={enabled ? 'Switch off' : 'Switch on'}
      {...common}
    >
      <p>
        {enabled ? 'It does not run until it is switched on again.' : 'It runs again when it is due next.'}
      </p>
    </ReasonDialog>
  );
}
