import { Api } from './api/api.js';
import { Http } from './api/http.js';
import { parseArguments, type Parsed } from './arguments.js';
import { answerShell } from './completion/answer-shell.js';
import type { Session } from './command.js';
import { COMMANDS } from './commands/index.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { Failure } from './failure.js';
import { freshAddress, serverAddress, type GivenAddress, type ServerAddress } from './settings.js';
import { printable } from './terminal/layout.js';
import { Progress } from './terminal/progress.js';

/** Runs one command line and answers what the process should end with. The only writer of stdout. */
export async function runProgram(args: readonly string[]): Promise<ExitCode> {
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  const suggestions = await answerShell(COMMANDS, args);
  if (suggestions !== null) {
    await print(suggestions);
    return EXIT.DONE;
  }
  const interruption = new AbortController();
  const interrupt = () => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

  let parsed: Parsed | null = null;
  try {
    parsed = parseArguments(COMMANDS, args);
    if (parsed.kind === 'help') {
      process.stdout.write(`${parsed.text.trimEnd()}\n`);
      return EXIT.DONE;
    }
    const { command, values, globals } = parsed;
    const session: Session = {
      // Of no use to `login`, which must be able to put right what it is made from.
      api: new Api(new Http(addressFor(command.name, globals), interruption.signal)),
      globals,
      progress: new Progress(process.stderr),
      signal: interruption.signal,
      emit: async (json, text) => print(globals.json ? JSON.stringify(json) : printable(text)),
    };
    const result = await command.run(values as never, session);
    if (result.emitted !== true)
      await print(globals.json ? JSON.stringify(result.json, null, 2) : printable(result.text));
    return result.exit ?? EXIT.DONE;
  } catch (error) {
    // The arguments may be what is wrong, so `--json` is looked for by hand.
    const json = parsed?.kind === 'command' ? parsed.globals.json : args.includes('--json');
    return await reportFailure(asFailure(error, interruption.signal), json);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function addressFor(command: string, globals: GivenAddress): ServerAddress {
  return command === 'login' ? freshAddress(globals) : serverAddress(globals);
}

async function reportFailure({ exit, code, message, field }: Failure, json: boolean): Promise<ExitCode> {
  if (json) await print(JSON.stringify({ error: { code, message, field } }, null, 2));
  process.stderr.write(`retort: ${printable(message)}\n`);
  return exit;
}

function asFailure(error: unknown, signal: AbortSignal): Failure {
  if (error instanceof Failure) return error;
  if (signal.aborted) return new Failure(EXIT.INTERRUPTED, 'INTERRUPTED', 'Interrupted.');
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Failure(EXIT.UNAVAILABLE, 'INTERNAL', `This is a mistake in the command line itself: ${reason}`);
}

/** Resolves when everything is written: a process that ends earlier cuts a pipe's content short. */
async function print(text: string): Promise<void> {
  if (text === '') return;
  await new Promise<void>((resolve) => process.stdout.write(`${text}\n`, () => resolve()));
}
