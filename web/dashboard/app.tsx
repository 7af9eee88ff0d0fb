import { useEffect, useMemo } from 'react';
import { Provider } from 'urql';
import { Router } from 'wouter';
import { pathPrefix } from './api/address.js';
import { createApiClient } from './api/client.js';
import { session } from './api/session.js';
import { openSocket } from './api/socket.js';
import { SocketContext } from './api/socket-context.js';
import { useStore } from './api/store.js';
import { Login } from './shell/login.js';
import { Shell } from './shell/shell.js';

/** The whole dashboard: the question for the key where the server needs one, else the page the address names. */
export function App() {
  const now = useStore(session);
  return (
    <Router base={pathPrefix}>
      {now.phase === 'asking' ? <Login /> : <Connected key={now.phase === 'key' ? now.key : ''} />}
    </Router>
  );
}

/** Clients of one session: another key opens everything anew, and no answer to one is shown to the other. */
function Connected() {
  const { socket, client } = useMemo(() => {
    const opened = openSocket();
    return { socket: opened, client: createApiClient(opened) };
  }, []);
  useEffect(() => () => void socket.dispose(), [socket]);
  return (
    <SocketContext value={socket}>
      <Provider value={client}>
        <Shell />
      </Provider>
    </SocketContext>
  );
}
