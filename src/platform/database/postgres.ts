import type { Connection } from './connection.js';

const CONNECT_TIMEOUT_MS = 10_000;

export function postgresConnection(databaseUrl: string): Connection {
  return {
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'retort',
  };
}

export function withoutSecrets(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  return `${url.hostname}:${url.port || '5432'}${url.pathname}`;
}

/** PostgreSQL's and the system's codes, in words that say what to do. */
export function connectionProblem(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  switch (code) {
    case '28P01':
    case '28000':
      return 'it refused the user name or password. Check them in DATABASE_URL.';
    case '3D000':
      return 'the server has no database of that name. Create it, or correct the end of DATABASE_URL.';
    case 'ECONNREFUSED':
      return 'nothing listens there. Start PostgreSQL, or correct host and port in DATABASE_URL.';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is unknown. Correct the host in DATABASE_URL.';
    case '57P03':
      return 'the server is still starting. Try again in a moment.';
    default:
      return message.includes('timeout')
        ? `no answer within ${CONNECT_TIMEOUT_MS / 1000} s. Check host, port and firewall.`
        : `${message}. Check DATABASE_URL.`;
  }
}
