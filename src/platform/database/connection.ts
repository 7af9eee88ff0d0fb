/** How a PostgreSQL wire is reached, embedded or real: the part of pg's settings that Retort uses. */
export interface Connection {
  readonly connectionString?: string;
  readonly host?: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly connectionTimeoutMillis?: number;
  readonly application_name?: string;
}
