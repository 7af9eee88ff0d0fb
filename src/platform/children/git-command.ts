import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** There is no Git on this machine. */
export class GitMissingError extends Error {
  override readonly name = 'GitMissingError';
}

/** Git gave up. What it wrote is for the log: it names paths. */
export class GitFailedError extends Error {
  override readonly name = 'GitFailedError';

  constructor(
    readonly command: string,
    readonly exitCode: number | null,
    readonly output: string,
    /** Something of its answer has reached the client. */
    readonly hasAnswered = false,
  ) {
    super(`git ${command} ended with ${exitCode ?? 'a signal'}: ${output}`);
  }
}

export interface GitOptions {
  /** Git's own variables, such as GIT_DIR. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ends the process. */
  readonly signal?: AbortSignal | undefined;
}

export interface GitProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** Its exit code, null when a signal ended it. @throws GitMissingError */
  readonly exited: Promise<number | null>;
  /** The beginning of what it wrote on stderr. */
  readonly errors: () => string;
}

const MAX_ERRORS = 4_000;

/** Whatever the machine or a repository says, Git does what is said here. */
const SETTINGS = [
  // The repositories are this server's own, also on a volume that belongs to another user.
  'safe.directory=*',
  // Objects stay in packs: few files, and written durably.
  'fastimport.unpackLimit=1',
  'gc.auto=0',
  'pack.threads=1',
  'pack.windowMemory=64m',
  'transfer.hideRefs=refs/versions',
  'uploadpack.allowFilter=true',
];

/** Runs `git` in an environment of its own: none of the server's variables, and no configuration of user or machine. */
export class GitCommand {
  /** @param home a directory without any configuration of Git's in it; it need not exist */
  constructor(private readonly home: string) {}

  start(args: readonly string[], { env = {}, signal }: GitOptions = {}): GitProcess {
    const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
    const child = spawn('git', [...settings, ...args], {
      // A folder that is always there: every repository is named by its path.
      cwd: '/',
      env: { ...searchPath(), ...this.environment(), ...env },
      stdio: 'pipe',
      windowsHide: true,
      // Not SIGKILL: Git then ends its own children, and removes what it was writing.
      ...(signal && { signal, killSignal: 'SIGTERM' }),
    });
    const stderr: string[] = [];
    let length = 0;
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (length < MAX_ERRORS) stderr.push(text.slice(0, MAX_ERRORS - length));
      length += text.length;
    });
    const exited = new Promise<number | null>((resolve, reject) => {
      child.once('error', (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') reject(new GitMissingError('git was not found', { cause: error }));
        // An abort is told here too; the process is still to end.
        else if (error.name !== 'AbortError') reject(error);
      });
      child.once('close', (code) => resolve(code));
    });
    // The caller looks at this later than it may fail.
    exited.catch(() => undefined);
    return { child, exited, errors: () => stderr.join('').trim() };
  }

  /**
   * Feeds a command and answers what it prints, which must be little.
   *
   * @throws GitMissingError, GitFailedError, the signal's reason, or whatever the input throws
   */
  async run(
    args: readonly string[],
    options: GitOptions & { readonly input?: AsyncIterable<string> } = {},
  ): Promise<string> {
    const { input = [], signal } = options;
    const { child, exited, errors } = this.start(args, options);
    const output: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
    const feeding = pipeline(Readable.from(input), child.stdin).catch((error: unknown) => {
      if (!isBrokenPipe(error)) return { error };
      return undefined;
    });
    const code = await exited;
    signal?.throwIfAborted();
    const problem = await feeding;
    if (problem) throw problem.error;
    if (code !== 0) throw new GitFailedError(args[0] ?? '', code, errors());
    return output.join('');
  }

  private environment(): Record<string, string> {
    return {
      HOME: this.home,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_ATTR_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
    };
  }
}

/** The command ended before it had read everything: why is what it says itself. */
function isBrokenPipe(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EPIPE' || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}

function searchPath(): Record<string, string> {
  // eslint-disable-next-line no-restricted-properties -- handed on by name, and not read
  const { PATH, SystemRoot } = process.env;
  return { ...(PATH !== undefined && { PATH }), ...(SystemRoot !== undefined && { SystemRoot }) };
}
