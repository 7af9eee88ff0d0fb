import { useState } from 'react';
import { Events } from '../__generated__/events.js';
import { Button } from '../components/button.js';
import { TextField } from '../components/fields.js';
import { Icon } from '../components/icon.js';
import { Notice } from '../components/notice.js';
import { QueryError } from '../components/query-error.js';
import { Skeleton } from '../components/skeleton.js';
import { PageHead } from '../shell/page.js';
import { useUrlState } from '../url-state.js';
import { EventRows } from './event-rows.js';
import { EVENT_GROUPS, kindsOf } from './event-kinds.js';
import { KindFilter } from './kind-filter.js';
import { useDelayed } from './use-delayed.js';
import { useEvents } from './use-events.js';
import './events.css';

/** What happened and what happens, newest first. */
export default function EventsPage() {
  const [groups, setGroups] = useUrlState('kinds', '');
  const [model, setModel] = useUrlState('model', '');
  const [deployment, setDeployment] = useUrlState('deployment', '');
  const [isPaused, setPaused] = useState(false);
  const chosen = groups === '' ? [] : groups.split(',');
  const kinds = kindsOf(chosen);
  const filter = useDelayed({
    ...(kinds && { kinds }),
    ...(model !== '' && { model }),
    ...(deployment !== '' && { deployment }),
    // What is to come may be waited for.
    allowUnknown: true,
  });
  const list = useEvents(filter, isPaused);
  return (
    <>
      <PageHead
        title="Events"
        lead="Everything that happens, with who made it happen and why."
        query={Events}
        variables={{ filter, last: 50 }}
        actions={
          <Button onPress={() => setPaused(!isPaused)}>
            <Icon name={isPaused ? 'play' : 'pause'} />
            {isPaused ? 'Resume' : 'Pause'}
          </Button>
        }
      />
      <div className="event-filters">
        <KindFilter options={EVENT_GROUPS} value={chosen} onChange={(next) => setGroups(next.join(','))} />
        <TextField label="Model" type="search" value={model} onChange={setModel} />
        <TextField label="Deployment" type="search" value={deployment} onChange={setDeployment} />
      </div>
      {list.error !== undefined && <QueryError error={list.error} onRetry={list.restart} />}
      {list.ended !== null && (
        <Notice kind="warn">
          <p>The live stream has ended: {list.ended}</p>
          <Button small onPress={list.restart}>
            Begin again
          </Button>
        </Notice>
      )}
      <section className="panel" aria-label="Events, newest first">
        <EventRows events={list.events} />
        {list.isLoading && (
          <div className="panel-body">
            <Skeleton lines={4} />
          </div>
        )}
        {!list.isLoading && list.events.length === 0 && list.error === undefined && (
          <p className="empty">
            {list.unknown.length > 0
              ? `There is no ${list.unknown.join(' and no ')} yet, and never was. What happens to it is shown as soon as it is there.`
              : 'Nothing of the kind has happened yet. What happens from now on is shown at once.'}
          </p>
        )}
        {list.hasOlder && <OlderEvents isLoading={list.isLoading} onWanted={list.loadOlder} />}
      </section>
      <p className="visually-hidden" role="status">
        {isPaused ? 'Paused: new events wait.' : ''}
      </p>
    </>
  );
}

/** Loads more when it comes into view; as a button for those who do not scroll. */
function OlderEvents({
  isLoading,
  onWanted,
}: {
  readonly isLoading: boolean;
  readonly onWanted: () => void;
}) {
  return (
    <p
      className="empty"
      ref={(element) => {
        if (element === null) return undefined;
        const seen = new IntersectionObserver((entries) => {
          if (entries.some(({ isIntersecting }) => isIntersecting)) onWanted();
        });
        seen.observe(element);
        return () => seen.disconnect();
      }}
    >
      <Button quiet isDisabled={isLoading} onPress={onWanted}>
        Older events
      </Button>
    </p>
  );
}
