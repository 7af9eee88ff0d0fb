import { memo } from 'react';
import { Link } from 'wouter';
import type { EventRowFragment } from '../__generated__/operations.js';
import { Badge } from '../components/badge.js';
import { Time } from '../components/time.js';
import { deploymentPath } from '../paths.js';
import { kindName, lookOf } from './event-kinds.js';

/** Events, each with a link to what it speaks of. */
export function EventRows({ events }: { readonly events: readonly EventRowFragment[] }) {
  return (
    <ol className="events">
      {events.map((event) => (
        <EventRow key={event.cursor} event={event} />
      ))}
    </ol>
  );
}

const EventRow = memo(function EventRow({ event }: { readonly event: EventRowFragment }) {
  const { tone, icon } = lookOf(event.kind);
  return (
    <li className="event" data-cursor={event.cursor}>
      <Time at={event.at} form="clock" />
      <Badge tone={tone} icon={icon}>
        {kindName(event.kind)}
      </Badge>
      <div className="event-text">
        <p>{event.message}</p>
        <p className="muted">
          <Subject event={event} />
          {event.actor !== '' && <span>by {event.actor}</span>}
        </p>
      </div>
    </li>
  );
});

function Subject({ event }: { readonly event: EventRowFragment }) {
  const { deploymentName, modelName, versionNumber } = event;
  return (
    <>
      {deploymentName !== null && <Link href={deploymentPath(deploymentName)}>{deploymentName}</Link>}
      {modelName !== null && (
        <span className="mono">
          {modelName}
          {versionNumber !== null && `@${versionNumber}`}
        </span>
      )}
    </>
  );
}
