import { lookup } from 'node:dns/promises';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { GitCommand, GitFailedError, GitMissingError } from '../../platform/children/git-command.js';
import { DomainError } from '../../platform/errors.js';
import { connectionFailure } from '../../platform/guarded-lookup.js';
import type { LocateOptions } from '../located.js';
import { notPublic } from '../source-hosts.js';
import type { ArtifactDownloader } from '../web/artifact-downloader.js';

export interface TreeEntry {
  readonly mode: string;
  readonly type: string;
  readonly oid: string;
  readonly path: string;
}

/** Before it, Git does not connect to the address it is told to, but asks for the host's anew. */
const OLDEST_GIT = [2, 37] as const;
const LOOK_EVERY_MS = 500;
/** Of commits and folders, which come in any case. */
const OWN_BYTES = 256 * 1024 ** 2;

/**
 * One commit of a repository elsewhere, in a folder of its own: its folders at once, a file when it is asked for, where the server
 * lets others fetch so; else everything of that commit. Git connects to the addresses that were checked, follows no redirects,
 * knows no protocol but HTTP, and sees none of the server's variables.
 */
export class GitRemote {
  private readonly git: GitCommand;
  private environment: Readonly<Record<string, string>> = {};

  constructor(
    private readonly downloader: ArtifactDownloader,
    private readonly repository: URL,
    /** Made by `fetch`, removed by `remove`. */
    private readonly folder: string,
    private readonly options: LocateOptions & { readonly maxBytes: number },
  ) {
    this.git = new GitCommand(join(folder, 'home'));
  }

  /** @returns the commit's id. @throws DomainError INVALID_ARGUMENT, ARTIFACT_NOT_FOUND, ARTIFACT_TOO_LARGE */
  async fetch(ref: string): Promise<string> {
    await mkdir(this.folder, { recursive: true });
    await this.checkGit();
    this.environment = await this.environmentOf(await this.address());
    await this.run(['init', '--quiet', '--bare', join(this.folder, 'repository')]);
    await this.run([
      'fetch',
      '--quiet',
      '--no-tags',
      '--depth=1',
      '--filter=blob:none',
      'origin',
      ref === 'HEAD' ? 'HEAD' : ref,
    ]);
    return (await this.run(['rev-parse', '--verify', 'FETCH_HEAD^{commit}'])).trim();
  }

  /** The files at a path, or below it. */
  async list(path: string): Promise<TreeEntry[]> {
    const folder = path === '' ? [] : ['--', path];
    const text = await this.run(['ls-tree', '-r', '-z', '--full-tree', 'FETCH_HEAD', ...folder]);
    return text.split('\0').flatMap((line) => {
      const [, mode = '', type = '', oid = '', at] = /^(\d+) (\w+) ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
      return at === undefined ? [] : [{ mode, type, oid, path: at }];
    });
  }

  async sizeOf(oid: string): Promise<number> {
    return Number(await this.run(['cat-file', '-s', oid]));
  }

  /** @throws DomainError */
  async *bytes(oid: string): AsyncGenerator<Buffer> {
    const { signal } = this.options;
    const { child, exited, errors } = this.git.start(['cat-file', 'blob', oid], {
      env: this.environment,
      signal,
    });
    child.stdin.end();
    try {
      yield* child.stdout as AsyncIterable<Buffer>;
      const code = await exited;
      signal.throwIfAborted();
      if (code !== 0) throw this.failed(new GitFailedError('cat-file', code, errors()));
    } finally {
      child.kill();
    }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private async run(args: readonly string[]): Promise<string> {
    const tooLarge = new AbortController();
    const signal = AbortSignal.any([this.options.signal, tooLarge.signal]);
    const limit = 2 * this.options.maxBytes + OWN_BYTES;
    const timer = setInterval(() => {
      void this.taken().then((bytes) => bytes > limit && tooLarge.abort(this.tooLarge()));
    }, LOOK_EVERY_MS);
    try {
      return await this.git.run(args, { env: this.environment, signal });
    } catch (error) {
      throw this.failed(error);
    } finally {
      clearInterval(timer);
    }
  }

  /** Bytes on disk; Git has packs of them, not many files. */
  private async taken(): Promise<number> {
    const packs = join(this.folder, 'repository', 'objects', 'pack');
    const names = await readdir(packs).catch(() => []);
    const sizes = await Promise.all(
      names.map(async (name) => stat(join(packs, name)).catch(() => ({ size: 0 }))),
    );
    return sizes.reduce((sum, { size }) => sum + size, 0);
  }

  private async checkGit(): Promise<void> {
    const text = await this.run(['version']);
    const [, major = 0, minor = 0] = /(\d+)\.(\d+)/.exec(text)?.map(Number) ?? [];
    if (major > OLDEST_GIT[0] || (major === OLDEST_GIT[0] && minor >= OLDEST_GIT[1])) return;
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected Git ${OLDEST_GIT.join('.')} or newer on the server, got ${text.trim()}: the operator has to renew it before models can be fetched from repositories.`,
      { field: this.options.field },
    );
  }

  /** Addresses of the host that may be connected to. */
  private async address(): Promise<readonly string[]> {
    const { hosts } = this.downloader;
    const { field } = this.options;
    hosts.check(this.repository, field);
    const name = this.repository.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(name) !== 0) return [];
    const found = await lookup(name, { all: true }).catch((error: unknown) => {
      throw this.unreachable(connectionFailure(error), error);
    });
    const isAllowed = hosts.mayConnect(this.repository);
    if (found.length === 0 || !found.every(({ address }) => isAllowed(address)))
      throw notPublic(this.repository, field);
    return found.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
  }

  /** By the environment, which other users of the machine cannot see, as they can arguments. */
  private async environmentOf(addresses: readonly string[]): Promise<Record<string, string>> {
    const { hostname, port, protocol, href } = this.repository;
    const at = port === '' ? (protocol === 'http:' ? '80' : '443') : port;
    const { secret } = this.options;
    const settings: [string, string][] = [
      ['remote.origin.url', href],
      ['http.followRedirects', 'false'],
      ['http.lowSpeedLimit', '1'],
      ['http.lowSpeedTime', '30'],
      ['credential.helper', ''],
      ['core.askPass', 'true'],
      ...(addresses.length > 0
        ? [['http.curloptResolve', `${hostname}:${at}:${addresses.join(',')}`] as [string, string]]
        : []),
      ...(secret === null ? [] : [['http.extraHeader', `Authorization: ${secret}`] as [string, string]]),
    ];
    const { ca } = this.downloader;
    if (ca !== undefined) {
      const path = join(this.folder, 'authorities.pem');
      await writeFile(path, ca);
      settings.push(['http.sslCAInfo', path]);
    }
    return {
      GIT_DIR: join(this.folder, 'repository'),
      GIT_ALLOW_PROTOCOL: 'http:https',
      GIT_CONFIG_COUNT: String(settings.length),
      ...Object.fromEntries(
        settings.flatMap(([key, value], index) => [
          [`GIT_CONFIG_KEY_${index}`, key],
          [`GIT_CONFIG_VALUE_${index}`, value],
        ]),
      ),
    };
  }

  private failed(error: unknown): unknown {
    if (error instanceof GitMissingError)
      return new DomainError(
        'INVALID_ARGUMENT',
        'Models are fetched from repositories by Git, which is not installed on the server: its operator has to install git.',
        { field: this.options.field, cause: error },
      );
    if (!(error instanceof GitFailedError)) return error;
    const { output } = error;
    if (/couldn't find remote ref|not our ref|no such ref/i.test(output))
      return this.unreachable('the repository has no such branch, tag or commit', error);
    if (/Authentication failed|could not read Username|returned error: 40[13]/.test(output))
      return this.unreachable(
        'the repository needs a login: name a secret of the operator in artifact.location.credentials',
        error,
      );
    if (/not found|returned error: 404/i.test(output))
      return this.unreachable('there is no such repository', error);
    const [said = 'git failed'] = /^fatal: (.*)$/m.exec(output)?.slice(1) ?? [];
    return this.unreachable(said.replaceAll(this.folder, '').slice(0, 300), error);
  }

  private unreachable(why: string, cause: unknown): DomainError {
    return new DomainError(
      'ARTIFACT_NOT_FOUND',
      `The file could not be fetched from ${this.repository.host}: ${why}.`,
      { field: this.options.field, cause },
    );
  }

  private tooLarge(): DomainError {
    return new DomainError(
      'ARTIFACT_TOO_LARGE',
      `Expected a repository whose commit takes at most twice the ${this.options.maxBytes} bytes of an artifact, got more. Keep large files in its large file storage (LFS), or stream the file to POST /artifacts.`,
      { field: this.options.field },
    );
  }
}
