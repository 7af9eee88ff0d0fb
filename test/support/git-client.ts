import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface GitRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Stock git as on a user's machine, with a home of its own: what the machine is configured to do stays outside. */
export interface GitClient {
  readonly directory: string;
  run(args: readonly string[], cwd?: string): Promise<GitRun>;
  /** What it prints, without the last line break. Throws unless it ends well. */
  git(args: readonly string[], cwd?: string): Promise<string>;
  close(): Promise<void>;
}

const LFS = [
  '[filter "lfs"]',
  '\tclean = git-lfs clean -- %f',
  '\tsmudge = git-lfs smudge -- %f',
  '\tprocess = git-lfs filter-process',
  '\trequired = true',
];

export async function gitClient(options: { readonly lfs?: boolean } = {}): Promise<GitClient> {
  const directory = await mkdtemp(join(tmpdir(), 'retort-git-'));
  const home = join(directory, 'home');
  await mkdir(home);
  await writeFile(
    join(home, '.gitconfig'),
    ['[user]', '\tname = ada', '\temail = ada@example.org', ...(options.lfs === true ? LFS : [])].join('\n'),
  );
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
  const run = (args: readonly string[], cwd = directory) =>
    new Promise<GitRun>((resolve) => {
      execFile('git', args, { cwd, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
        resolve({ code: error ? Number(error.code ?? -1) : 0, stdout, stderr }),
      );
    });
  return {
    directory,
    run,
    async git(args, cwd) {
      const { code, stdout, stderr } = await run(args, cwd);
      if (code !== 0) throw new Error(`git ${args.join(' ')} ended with ${code}: ${stderr}`);
      return stdout.replace(/\n$/, '');
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}

const found = async (command: string, args: readonly string[]) =>
  new Promise<boolean>((resolve) => execFile(command, args, (error) => resolve(!error)));

export const gitIsInstalled = await found('git', ['--version']);
export const lfsIsInstalled = gitIsInstalled && (await found('git-lfs', ['version']));

if (!gitIsInstalled) process.stderr.write('Git is not installed: the tests of cloning are skipped.\n');
else if (!lfsIsInstalled)
  process.stderr.write('git-lfs is not installed: the tests of downloading with it are skipped.\n');
