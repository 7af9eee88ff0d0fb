import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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
  /** Called at once, with a way to send a signal. */
  readonly started?: (kill: (signal: NodeJS.Signals) => void) => void;
  /** Closes the pipe before anything is read from it, as `head` does. */
  readonly closeStdout?: boolean;
}

/** The command line as its users run it: the compiled program in a process of its own, without a terminal. */
export async function retort(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: options.cwd,
    env: {
      ...childEnvironment(),
      // Whoever runs the suite may be logged in somewhere.
      HOME: options.home ?? NOWHERE,
      TZ: 'UTC',
      ...(options.url === undefined ? {} : { RETORT_URL: options.url }),
      ...(options.apiKey === undefined ? {} : { RETORT_API_KEY: options.apiKey }),
    },
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

/** The same with `--json`: the one document on stdout, which must be all there is. */
export async function retortJson(
  args: readonly string[],
  options: RunOptions = {},
): Promise<{ readonly code: number | null; readonly document: JsonDocument; readonly stderr: string }> {
  const { code, stdout, stderr } = await retort([...args, '--json'], options);
  try {
    return { code, document: JSON.parse(stdout) as JsonDocument, stderr };
  } catch (error) {
    throw new Error(`Expected one JSON document on stdout, got: ${stdout}\n${stderr}`, { cause: error });
  }
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
  readonly comparison: { readonly graph?: unknown; readonly outputs: unknown };
  readonly failed: readonly string[];
  readonly artifacts: readonly unknown[];
  readonly count: number;
  readonly events: readonly { readonly kind: string }[];
}
