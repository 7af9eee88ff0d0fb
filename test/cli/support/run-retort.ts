import { spawn } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runProgram } from '../../../cli/program.js';
import { childEnvironment } from '../../support/child-environment.js';

const main = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

const NOWHERE = '/nonexistent';

export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly url?: string;
  readonly apiKey?: string;
  readonly stdin?: string;
  readonly cwd?: string;
  /** The user's own folder; one without settings by default. */
  readonly home?: string;
}

export interface ProcessOptions extends RunOptions {
  /** Called at once, with a way to send a signal. */
  readonly started?: (kill: (signal: NodeJS.Signals) => void) => void;
  /** Closes the pipe before anything is read from it, as `head` does. */
  readonly closeStdout?: boolean;
}

/** The whole command line but for its process, which takes longer to start than most commands to run. */
export async function retort(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const stdout = new Written();
  const stderr = new Written();
  const leave = enter(options.cwd);
  try {
    const stdin = Readable.from(options.stdin ? [Buffer.from(options.stdin)] : []);
    const code = await runProgram(args, { stdin, stdout, stderr, env: environmentOf(options) });
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    leave();
  }
}

/** The command line as its users run it: the compiled program in a process of its own, without a terminal. */
export async function retortProcess(args: readonly string[], options: ProcessOptions = {}): Promise<Run> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    env: environmentOf(options),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  options.started?.((signal) => child.kill(signal));
  if (options.closeStdout) child.stdout.destroy();
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  return { code, stdout, stderr };
}

export interface JsonRun {
  readonly code: number | null;
  readonly document: JsonDocument;
  readonly stderr: string;
}

/** The same with `--json`: the one document on stdout, which must be all there is. */
export async function retortJson(args: readonly string[], options: RunOptions = {}): Promise<JsonRun> {
  return documentOf(await retort([...args, '--json'], options));
}

export async function retortJsonProcess(
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<JsonRun> {
  return documentOf(await retortProcess([...args, '--json'], options));
}

function documentOf({ code, stdout, stderr }: Run): JsonRun {
  try {
    return { code, document: JSON.parse(stdout) as JsonDocument, stderr };
  } catch (error) {
    throw new Error(`Expected one JSON document on stdout, got: ${stdout}\n${stderr}`, { cause: error });
  }
}

function environmentOf({ home = NOWHERE, url, apiKey }: RunOptions): Record<string, string | undefined> {
  return {
    ...childEnvironment(),
    // Whoever runs the suite may be logged in somewhere.
    HOME: home,
    TZ: 'UTC',
    ...(url === undefined ? {} : { RETORT_URL: url }),
    ...(apiKey === undefined ? {} : { RETORT_API_KEY: apiKey }),
  };
}

class Written extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

const inside = { folder: '', runs: 0, before: '' };

/** The folder that a process is in is one: commands that run side by side must agree about it. */
function enter(folder = process.cwd()): () => void {
  if (inside.runs === 0) {
    inside.before = process.cwd();
    inside.folder = folder;
    process.chdir(folder);
  }
  if (folder !== inside.folder)
    throw new Error(`A command line runs in ${inside.folder} already: start the one in ${folder} later`);
  inside.runs += 1;
  return () => {
    inside.runs -= 1;
    if (inside.runs === 0) process.chdir(inside.before);
  };
}

/** What the documents of the commands hold, as far as the suites look at it piece by piece. */
export interface JsonDocument {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly field: readonly string[] | null;
  };
  readonly version: unknown;
  readonly versions: readonly unknown[];
  readonly deployment: unknown;
  readonly alias: {
    readonly version: { readonly ref: string; readonly number: number };
    readonly protected: boolean;
  };
  readonly history: readonly { readonly kind: string }[];
  readonly predictions: readonly {
    readonly instance: unknown;
    readonly value: unknown;
    readonly unit: string;
  }[];
  readonly explanations: readonly unknown[];
  readonly comparison: { readonly graph?: unknown; readonly outputs: unknown };
  readonly failed: readonly string[];
  readonly artifacts: readonly unknown[];
  readonly count: number;
  readonly events: readonly { readonly kind: string }[];
}
