import type { Readable, Writable } from 'node:stream';

/** What a command line finds around it: that of its process, or what another program that runs it gives it. */
export interface Surroundings {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable;
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}
