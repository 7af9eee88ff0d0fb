import type { Client } from 'graphql-ws/client';
import { createContext, use } from 'react';

export const SocketContext = createContext<Client | null>(null);

/** The page's socket, for subscriptions that go on where they were. */
export function useSocket(): Client {
  const socket = use(SocketContext);
  if (socket === null) throw new Error('There is no socket here: expected to be inside <SocketContext>.');
  return socket;
}
