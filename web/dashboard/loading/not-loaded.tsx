import { useEffect, useRef } from 'react';
import { reconnections } from '../api/connection.js';
import { useStore } from '../api/store.js';
import { Button } from '../components/button.js';
import { Notice } from '../components/notice.js';

/** How long it is waited for each further try, in milliseconds; the last one for all that follow. */
const WAITS_MS = [2_000, 4_000, 8_000, 15_000];

interface NotLoadedProps {
  readonly isPage: boolean;
  readonly isTrying: boolean;
  readonly onAgain: () => void;
}

/** The network was lost on the way, or the server: it is tried again when they are back, from time to time, and when asked to. */
export function NotLoaded({ isPage, isTrying, onAgain }: NotLoadedProps) {
  const timesBack = useStore(reconnections);
  const seenBack = useRef(timesBack);
  const again = useRef(onAgain);
  again.current = onAgain;
  useEffect(() => {
    if (timesBack === seenBack.current) return;
    seenBack.current = timesBack;
    again.current();
  }, [timesBack]);
  useEffect(() => {
    const tryAgain = () => again.current();
    addEventListener('online', tryAgain);
    let tries = 0;
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      const ms = WAITS_MS[Math.min(tries, WAITS_MS.length - 1)];
      timer = setTimeout(() => {
        tries += 1;
        tryAgain();
        wait();
      }, ms);
    };
    wait();
    return () => {
      removeEventListener('online', tryAgain);
      clearTimeout(timer);
    };
  }, []);
  return (
    <div className="stack">
      {isPage && (
        <>
          <title>Not loaded · Retort</title>
          <h1 tabIndex={-1}>This page could not be loaded</h1>
        </>
      )}
      <Notice kind="bad">
        {isPage ? 'The network is lost' : 'This part of the page could not be loaded: the network is lost'},
        or the server is away. It is loaded as soon as they are back.
      </Notice>
      <div className="row">
        <Button onPress={onAgain} isDisabled={isTrying}>
          {isTrying ? 'Trying…' : 'Try again'}
        </Button>
        {/* A file of a build that was replaced meanwhile is gone: the new page names the new ones. */}
        <Button quiet onPress={() => location.reload()}>
          Load everything again
        </Button>
      </div>
    </div>
  );
}
