import { connection, reconnections, tryNow } from '../api/connection.js';
import { useStore } from '../api/store.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { Time } from '../components/time.js';

/** Says that what is shown is old, since when, and that it is current again. */
export function ConnectionBanner() {
  const now = useStore(connection);
  const timesBack = useStore(reconnections);
  return (
    <>
      {now.phase === 'lost' && (
        <aside className="banner" aria-label="Connection">
          <Icon name="offline" />
          <span>
            The connection to the server is lost. What you see is from <Time at={now.since} form="clock" />{' '}
            and is brought up to date as soon as it is back.
          </span>
          <Button small onPress={tryNow}>
            Try now
          </Button>
        </aside>
      )}
      <p className="visually-hidden" role="status">
        {now.phase === 'lost' && 'The connection to the server is lost.'}
        {now.phase === 'connected' && timesBack > 0 && 'Connected again. The page is up to date.'}
      </p>
    </>
  );
}
