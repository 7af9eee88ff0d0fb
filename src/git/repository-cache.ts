import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelRecord } from '../catalog/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog, NewEvent } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import { Turnstile } from '../platform/turnstile.js';
import { bytesOf, keptRepositories, markUsed, repositoryPath, toEvict } from './cache-space.js';
import { GitCommand, GitMissingError } from '../platform/children/git-command.js';
import { RepositoryBuilder } from './repository-builder.js';
import type { VersionSource } from './version-source.js';

/** Of all repositories: more are made anew when they are asked for again. */
const MAX_BYTES = 2 * 1024 ** 3;
const UPDATES = { atOnce: 2, waiting: 100 };

export interface CacheParts extends VersionSource {
  /** May be deleted at any time. */
  readonly directory: string;
  readonly events: Pick<EventLog, 'onCommitted' | 'onMissed' | 'isPrunable'>;
  readonly logger: Logger;
  readonly maxBytes?: number;
}

interface Entry {
  readonly id: string;
  readonly directory: string;
  /** Counts what was heard to have changed. */
  changes: number;
  /** The changes that were known when the last update began; -1 before the first one. */
  updated: number;
  /** Of the model's row, for changes that nobody tells of. */
  stamp: string;
  updating: Promise<void> | null;
  /** Not known to be whole: from an earlier start, or Git failed on it. */
  isSuspect: boolean;
  isGone: boolean;
  users: number;
  bytes: number;
  usedAt: number;
}

/**
 * The repositories that were asked for, on disk under the ids of their models: made on first use, brought up to date on
 * the first use after a change, and removed with their model or when they take too much room.
 */
export class RepositoryCache {
  readonly git: GitCommand;
  private readonly builder: RepositoryBuilder;
  private readonly entries = new Map<string, Entry>();
  private readonly turnstile = new Turnstile('updates of Git repositories are waiting', UPDATES);
  private readonly closed = new AbortController();
  /** For what does not outlive its use. */
  private readonly temporary: string;
  private opening: Promise<void> | undefined;

  constructor(private readonly parts: CacheParts) {
    const { directory, events } = parts;
    this.temporary = join(directory, 'tmp');
    this.git = new GitCommand(directory);
    this.builder = new RepositoryBuilder({ ...parts, git: this.git, temporary: this.temporary });
    events.onCommitted((event) => this.hear(event));
    events.onMissed(() => {
      for (const entry of this.entries.values()) entry.changes += 1;
    });
  }

  /**
   * Calls `work` with a repository that has everything committed before this call, and keeps it in place meanwhile.
   *
   * @throws GitMissingError, GitFailedError, DomainError OVERLOADED, whatever the catalog or `work` throws
   */
  async use<T>(model: ModelRecord, work: (directory: string) => Promise<T>): Promise<T> {
    await (this.opening ??= this.open());
    const entry = this.entryOf(model);
    entry.users += 1;
    try {
      entry.usedAt = Date.now();
      await this.refresh(entry, model);
      await markUsed(entry.directory);
      return await work(entry.directory);
    } finally {
      entry.users -= 1;
      if (entry.isGone) this.remove(entry);
    }
  }

  /** The next use looks whether everything is whole. */
  suspect(model: ModelRecord): void {
    const entry = this.entries.get(model.id);
    if (!entry) return;
    entry.isSuspect = true;
    entry.changes += 1;
  }

  /** Ends the updates that run. */
  async close(): Promise<void> {
    this.closed.abort(new Error('The server is stopping.'));
    await Promise.allSettled([...this.entries.values()].flatMap(({ updating }) => updating ?? []));
  }

  /** Removes what an earlier start left half-made, and the repositories of models that are gone. */
  private async open(): Promise<void> {
    const { directory, catalog } = this.parts;
    try {
      await rm(this.temporary, { recursive: true, force: true });
      await mkdir(this.temporary, { recursive: true });
      const kept = await keptRepositories(directory);
      const models = new Set((await catalog.modelsByIds(kept.map(({ id }) => id))).map(({ id }) => id));
      for (const repository of kept) {
        const entry = this.entryOf(repository);
        Object.assign(entry, repository, { isSuspect: true, isGone: !models.has(repository.id) });
        if (entry.isGone) this.remove(entry);
      }
    } catch (error) {
      this.opening = undefined;
      throw error;
    }
  }

  private hear({ kind, model }: NewEvent): void {
    const entry = model && this.entries.get(model.id);
    if (!entry || this.parts.events.isPrunable(kind)) return;
    entry.changes += 1;
    if (kind !== 'MODEL_DELETED') return;
    entry.isGone = true;
    this.remove(entry);
  }

  private entryOf({ id }: { readonly id: string }): Entry {
    const known = this.entries.get(id);
    if (known) return known;
    const directory = repositoryPath(this.parts.directory, id);
    const fresh: Entry = {
      id,
      directory,
      changes: 0,
      updated: -1,
      stamp: '',
      updating: null,
      isSuspect: false,
      isGone: false,
      users: 0,
      bytes: 0,
      usedAt: 0,
    };
    this.entries.set(id, fresh);
    return fresh;
  }

  /** An update that began after the call is enough: under constant change nobody waits for a second one. */
  private async refresh(entry: Entry, model: ModelRecord): Promise<void> {
    const stamp = `${model.updatedAt.toISOString()} ${model.latestVersion}`;
    if (stamp !== entry.stamp) entry.changes += 1;
    entry.stamp = stamp;
    const wanted = entry.changes;
    while (entry.updated < wanted) {
      entry.updating ??= this.update(entry, model).finally(() => (entry.updating = null));
      await entry.updating;
    }
  }

  private async update(entry: Entry, model: ModelRecord): Promise<void> {
    const { signal } = this.closed;
    const { changes, isSuspect } = entry;
    await this.turnstile.pass(signal, async () => {
      try {
        if (isSuspect) await this.builder.check(entry.directory, signal);
        // Now, so that what Git fails on from here on is looked at again.
        entry.isSuspect = false;
        await this.builder.update(entry.directory, model, signal);
      } catch (error) {
        if (signal.aborted || error instanceof DomainError || error instanceof GitMissingError) throw error;
        await this.startAnew(entry, error);
        entry.isSuspect = false;
        await this.builder.update(entry.directory, model, signal);
      }
    });
    entry.updated = changes;
    entry.bytes = await bytesOf(entry.directory);
    this.makeRoom();
  }

  /** Whatever is wrong with a repository, one made from nothing has the same ids. */
  private async startAnew(entry: Entry, error: unknown): Promise<void> {
    this.parts.logger.warn({ err: error, model: entry.id }, 'a Git repository is made anew');
    await rm(entry.directory, { recursive: true, force: true });
  }

  private makeRoom(): void {
    const entries = [...this.entries.values()].map((entry) => ({ ...entry, entry, isBusy: entry.users > 0 }));
    for (const { entry } of toEvict(entries, this.parts.maxBytes ?? MAX_BYTES)) this.remove(entry);
  }

  private remove(entry: Entry): void {
    if (entry.users > 0) return;
    this.entries.delete(entry.id);
    const { logger } = this.parts;
    const aside = join(this.temporary, randomUUID());
    try {
      mkdirSync(this.temporary, { recursive: true });
      // At once, so that the next to ask for this model finds nothing there, and not something that is vanishing.
      renameSync(entry.directory, aside);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        logger.warn({ err: error }, 'a Git repository could not be removed from the cache');
      return;
    }
    rm(aside, { recursive: true, force: true }).catch((error: unknown) =>
      logger.warn({ err: error }, 'a removed Git repository is left on disk until the next start'),
    );
  }
}
