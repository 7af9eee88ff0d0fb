// The entry of the child process that follows rows through graphs which were published before anybody did.
import { proveRows } from './row-independence/prove-rows.js';
import type { RowProverReply, RowProverRequest } from './row-prover-messages.js';

process.on('message', ({ path }: RowProverRequest) => {
  process.send?.(reply(path));
});

function reply(path: string): RowProverReply {
  try {
    return { proof: proveRows(path) };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
