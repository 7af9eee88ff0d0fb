import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The connections of a server on which nothing has come yet, as browsers and load balancers open them in advance. Node
 * takes them for busy until their headers are overdue, so that stopping would wait for what was never asked.
 *
 * @returns a function that closes those there are.
 */
export function watchUnusedConnections(server: Server): () => void {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    // One that asked for another protocol is given to the server again.
    if (open.has(socket)) return;
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy();
  };
}
