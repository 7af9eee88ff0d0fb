import { Api } from './api/api.js';
import { Http } from './api/http.js';
import { parseArguments, type Parsed } from './arguments.js';
import { answerShell } from './completion/answer-shell.js';
import type { Session } from './command.js';
import { COMMANDS } from './commands/index.js';
import { EXIT, type ExitCode } from './exit-codes.js';
import { Failure } from './failure.js';
import { freshAddress, serverAddress, type GivenAddress, type ServerAddress } from './settings.js';
import type { Surroundings } from './surroundings.js';
import { printable } from './terminal/layout.js';
import { Progress } from './terminal/progress.js';

/** Runs one command line and answers what the process should end with. The only writer of stdout. */
export async function runProgram(
  args: readonly string[],
  surroundings: Surroundings = process,
): Promise<ExitCode> {
  const { stdout, stderr, env } = surroundings;
  const print = async (text: string) => write(stdout, text);
  // A reader that has seen enough (`| head`) closes the pipe; that is no failure of ours.
  for (const stream of [stdout, stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  const suggestions = await answerShell(COMMANDS, args, env);
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
      stdout.write(`${parsed.text.trimEnd()}\n`);
      return EXIT.DONE;
    }
    const { command, values, globals } = parsed;
    const session: Session = {
      // Of no use to `login`, which must be able to put right what it is made from.
      api: new Api(new Http(addressFor(command.name, globals, env), interruption.signal)),
      globals,
      progress: new Progress(stderr),
      signal: interruption.signal,
      surroundings,
      emit: async (json, text) => print(globals.json ? JSON.stringify(json) : printable(text)),
    };
    const result = await command.run(values as never, session);
    if (result.emitted !== true)
      await print(globals.json ? JSON.stringify(result.json, null, 2) : printable(result.text));
    return result.exit ?? EXIT.DONE;
  } catch (error) {
    // The arguments may be what is wrong, so `--json` is looked for by hand.
    const json = parsed?.kind === 'command' ? parsed.globals.json : args.includes('--json');
    const { exit, code, message, field } = asFailure(error, interruption.signal);
    if (json) await print(JSON.stringify({ error: { code, message, field } }, null, 2));
    stderr.write(`retort: ${printable(message)}\n`);
    return exit;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function addressFor(command: string, globals: GivenAddress, env: Surroundings['env']): ServerAddress {
  return command === 'login' ? freshAddress(globals, env) : serverAddress(globals, env);
}

function asFailure(error: unknown, signal: AbortSignal): Failure {
  if (error instanceof Failure) return error;
  if (signal.aborted) return new Failure(EXIT.INTERRUPTED, 'INTERRUPTED', 'Interrupted.');
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Failure(EXIT.UNAVAILABLE, 'INTERNAL', `This is a mistake in the command line itself: ${reason}`);
}

/** Resolves when everything is written: a process that ends earlier cuts a pipe's content short. */
async function write(stdout: Surroundings['stdout'], text: string): Promise<void> {
  if (text === '') return;
  await new Promise<void>((resolve) => stdout.write(`${text}\n`, () => resolve()));
}
