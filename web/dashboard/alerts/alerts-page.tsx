import { useState } from 'react';
import { AlertChanges, AlertRules, Alerts } from '../__generated__/alerts.js';
import type { AlertState, EventKind } from '../__generated__/operations.js';
import { useEventStream } from '../api/event-stream.js';
import { useGathered } from '../api/gathered.js';
import { usePagedList } from '../api/paged-list.js';
import { Button } from '../components/button.js';
import { Choices } from '../components/choices.js';
import { Icon } from '../components/icon.js';
import { LoadMore } from '../components/load-more.js';
import { QueryError } from '../components/query-error.js';
import { Skeleton } from '../components/skeleton.js';
import { PageHead } from '../shell/page.js';
import { useUrlState } from '../url-state.js';
import { AlertList } from './alert-list.js';
import { RuleDialog } from './rule/rule-dialog.js';
import { RuleTable } from './rule-table.js';
import { SilenceDialog, type Silenced } from './silence-dialog.js';

const SHOWN = [
  { value: 'open', label: 'Open' },
  { value: 'resolved', label: 'Resolved' },
  { value: 'all', label: 'All' },
] as const;

const STATES: Readonly<Record<string, readonly AlertState[] | undefined>> = {
  open: ['FIRING', 'PENDING'],
  resolved: ['RESOLVED'],
};

const CHANGES: readonly EventKind[] = [
  'ALERT_FIRED',
  'ALERT_RESOLVED',
  'ALERT_SILENCED',
  'ALERT_RULE_CHANGED',
];

/** What fires, and the rules that watch for it. */
export default function AlertsPage() {
  const [shown, setShown] = useUrlState('show', 'open');
  const [isCreating, setCreating] = useState(false);
  const [silencing, setSilencing] = useState<Silenced | null>(null);
  const states = STATES[shown];
  const variables = { filter: states === undefined ? null : { states } };
  const alerts = usePagedList(Alerts, variables, (data) => data.alerts);
  const rules = usePagedList(AlertRules, {}, ({ alertRules }) => alertRules, { all: true });
  const refresh = () => {
    alerts.refresh();
    rules.refresh();
  };
  const refreshSoon = useGathered(refresh);
  useEventStream({
    document: AlertChanges,
    variables: { filter: { kinds: CHANGES } },
    cursorOf: ({ monitoringEvents }) => monitoringEvents.cursor,
    onEvent: refreshSoon,
  });
  const error = alerts.error ?? rules.error;
  return (
    <>
      <PageHead
        title="Alerts"
        lead="What needs somebody, and the rules that watch for it."
        query={Alerts}
        variables={variables}
        actions={
          <Button primary onPress={() => setCreating(true)}>
            <Icon name="plus" /> New rule…
          </Button>
        }
      />
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      <section className="panel" aria-labelledby="alerts-heading">
        <div className="panel-head">
          <h2 id="alerts-heading">Alerts</h2>
          <Choices label="Which alerts" options={SHOWN} value={shown} onChange={setShown} />
        </div>
        {alerts.isLoading && (
          <div className="panel-body">
            <Skeleton lines={3} />
          </div>
        )}
        {alerts.data !== undefined && <AlertList alerts={alerts.nodes} onSilence={setSilencing} />}
        {alerts.hasMore && (
          <LoadMore isLoading={alerts.isLoadingMore} onWanted={alerts.loadMore}>
            Older alerts
          </LoadMore>
        )}
      </section>
      <section className="panel" aria-labelledby="rules-heading">
        <div className="panel-head">
          <h2 id="rules-heading">Rules</h2>
        </div>
        {rules.isLoading && (
          <div className="panel-body">
            <Skeleton lines={3} />
          </div>
        )}
        {rules.data !== undefined && (
          <RuleTable rules={rules.nodes} onSilence={setSilencing} onChanged={refresh} />
        )}
      </section>
      {isCreating && <RuleDialog onClose={() => setCreating(false)} onDone={refresh} />}
      {silencing !== null && (
        <SilenceDialog silenced={silencing} onClose={() => setSilencing(null)} onDone={refresh} />
      )}
    </>
  );
}
