// The entry of the child process that follows rows through graphs which were published before anybody did.
import { proveRows } from './prove-rows.js';
import type { RowProverReply, RowProverRequest } from './row-prover-messages.js';

process.on('message', (request: RowProverRequest) => {
  process.send?.(reply(request));
});

function reply({ path, held }: RowProverRequest): RowProverReply {
  try {
    return { proof: proveRows(path, held) };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
