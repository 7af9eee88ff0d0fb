import { useState } from 'react';
import { DeploymentChanges } from '../../__generated__/deployment.js';
import type { DeploymentDetailsFragment, LoggedPredictionsQuery } from '../../__generated__/operations.js';
import { LoggedPredictions } from '../../__generated__/predictions.js';
import { useEventStream } from '../../api/event-stream.js';
import { useGathered } from '../../api/gathered.js';
import { usePagedList } from '../../api/paged-list.js';
import { Button } from '../../components/button.js';
import { Choices } from '../../components/choices.js';
import { TextField } from '../../components/fields.js';
import { LoadMore } from '../../components/load-more.js';
import { QueryError } from '../../components/query-error.js';
import { Skeleton } from '../../components/skeleton.js';
import { useDebounced } from '../../components/use-debounced.js';
import { formatDuration } from '../../formats/durations.js';
import { formatBytes, formatShare } from '../../formats/numbers.js';
import { useUrlState } from '../../url-state.js';
import { DeleteOneDialog, DeleteSubjectDialog } from './delete-dialogs.js';
import { LOG_STATES, logFilter, type LogState } from './log-filter.js';
import { OutcomeDialog } from './outcome-dialog.js';
import { PredictionTable, type LoggedPrediction } from './prediction-table.js';
import '../../components/filters.css';

const PAUSE_MS = 250;

type Asked =
  | { readonly what: 'measure' | 'delete'; readonly prediction: LoggedPrediction }
  | { readonly what: 'delete-subject' };

/** What was predicted, where the deployment logs it: to search, to join with what was measured, and to delete. */
export default function PredictionsSection({
  deployment: { name },
}: {
  readonly deployment: DeploymentDetailsFragment;
}) {
  const [text, setText] = useUrlState('text', '');
  // Not in the address, which is kept and sent around: it may name a person.
  const [subject, setSubject] = useState('');
  const [state, setState] = useUrlState<LogState>('predicted', 'all');
  const [asked, setAsked] = useState<Asked | null>(null);
  const filter = logFilter({
    text: useDebounced(text, PAUSE_MS),
    subject: useDebounced(subject, PAUSE_MS),
    state,
  });
  const list = usePagedList(
    LoggedPredictions,
    { name, filter },
    ({ deployment }) => deployment?.predictionLog,
  );
  const refreshSoon = useGathered(list.refresh);
  useEventStream({
    document: DeploymentChanges,
    variables: {
      filter: {
        deployment: name,
        kinds: ['OUTCOME_RECORDED', 'LOGGED_PREDICTIONS_DELETED'],
        allowUnknown: true,
      },
    },
    cursorOf: ({ monitoringEvents }) => monitoringEvents.cursor,
    onEvent: refreshSoon,
  });
  const logging = list.data?.deployment?.predictionLogging;
  const isFiltered = Object.keys(filter).length > 0;
  const close = () => setAsked(null);
  return (
    <section className="panel" aria-label="Logged predictions">
      <div className="panel-head">
        <h2>Logged predictions</h2>
        <Button small onPress={list.refresh}>
          Refresh
        </Button>
        {logging?.subject != null && (
          <Button small danger onPress={() => setAsked({ what: 'delete-subject' })}>
            Delete by {logging.subject}…
          </Button>
        )}
      </div>
      <p className="panel-body muted">{logging !== undefined && settingsText(logging)}</p>
      {logging != null && (
        <search className="filters panel-body" aria-label="Logged predictions">
          <TextField
            label="Asked or answered"
            type="search"
            placeholder="A part of it, as JSON writes it"
            value={text}
            onChange={setText}
            maxLength={1_000}
          />
          {logging.subject !== null && (
            <TextField
              label={`Of ${logging.subject}`}
              type="search"
              placeholder="The whole value"
              value={subject}
              onChange={setSubject}
            />
          )}
          <Choices
            label="Which predictions"
            options={LOG_STATES}
            value={state}
            onChange={(value) => setState(value as LogState)}
          />
        </search>
      )}
      {list.error !== undefined && <QueryError error={list.error} onRetry={list.refresh} />}
      {list.isLoading && <Skeleton lines={5} />}
      {list.nodes.length > 0 && (
        <PredictionTable
          predictions={list.nodes}
          onMeasure={(prediction) => setAsked({ what: 'measure', prediction })}
          onDelete={(prediction) => setAsked({ what: 'delete', prediction })}
        />
      )}
      {logging != null && list.nodes.length === 0 && list.error === undefined && (
        <p className="empty">
          {isFiltered
            ? 'No prediction that is kept meets all of these conditions.'
            : 'Nothing was logged yet. An entry is there about a second after its answer.'}
        </p>
      )}
      {list.hasMore && (
        <LoadMore isLoading={list.isLoadingMore} onWanted={list.loadMore}>
          Older predictions
        </LoadMore>
      )}
      {asked?.what === 'measure' && (
        <OutcomeDialog prediction={asked.prediction} onClose={close} onDone={list.refresh} />
      )}
      {asked?.what === 'delete' && (
        <DeleteOneDialog
          deployment={name}
          prediction={asked.prediction}
          onClose={close}
          onDone={list.refresh}
        />
      )}
      {asked?.what === 'delete-subject' && (
        <DeleteSubjectDialog
          deployment={name}
          field={logging?.subject ?? 'subject'}
          given={subject}
          onClose={close}
          onDone={list.refresh}
        />
      )}
    </section>
  );
}

type Logging = NonNullable<LoggedPredictionsQuery['deployment']>['predictionLogging'];

function settingsText(logging: Logging): string {
  if (logging === null)
    return 'Predictions are not logged. What callers send may be confidential, so it is kept only where a deployment says so: updateDeployment(input: {name, predictionLog: {sampleRate: 0.1, retention: "P90D", mask: ["smiles"]}}).';
  const { sampleRate, retention, maxBytes, mask } = logging;
  const masked = mask.length === 0 ? 'Nothing is masked.' : `Masked, and never kept: ${mask.join(', ')}.`;
  return `A random ${formatShare(sampleRate)} of the predictions, for ${formatDuration(retention)}, the newest that take up to ${formatBytes(maxBytes)}. ${masked} Who asked is not kept.`;
}
