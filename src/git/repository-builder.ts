import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogReader, ModelRecord } from '../catalog/index.js';
import { annotatedTag, type AnnotatedTag } from './annotated-tag.js';
import { evaluationNotes, NOTES } from './evaluation-notes.js';
import { BEGIN, commitCommand, DONE, notesCommand, parseMarks, tagCommand } from './fast-import.js';
import type { GitCommand } from '../platform/children/git-command.js';
import {
  readHead,
  readReferences,
  writeHead,
  writeReferences,
  type Reference,
  type References,
} from './reference-file.js';
import { BRANCHES, headBranch, isReferenceName, TAGS, VERSIONS, versionsBranch } from './reference-names.js';
import { versionsAfter, type VersionSource } from './version-source.js';

/** So many packs are joined into one: each update that has something new leaves one. */
const MAX_PACKS = 20;

export interface BuilderParts extends VersionSource {
  readonly git: GitCommand;
  /** For what does not outlive an update. */
  readonly temporary: string;
}

type Names = Awaited<ReturnType<CatalogReader['namesOfModel']>>;

/**
 * Makes a bare repository what the catalog says of a model. Commits are only ever added; objects are whole before a
 * reference names them, and all references change at once. So a repository can be cloned at any moment, also after the
 * server died in the middle, and the next update goes on from there.
 */
export class RepositoryBuilder {
  constructor(private readonly parts: BuilderParts) {}

  /** One at a time for each directory. @throws GitMissingError, GitFailedError; whatever the catalog throws */
  async update(directory: string, model: ModelRecord, signal: AbortSignal): Promise<void> {
    const { catalog } = this.parts;
    await prepare(directory);
    const before = await readReferences(directory);
    // Names before versions: then every version that has a name is among those that are read.
    const names = await catalog.namesOfModel(model.id);
    const commits = await this.addVersions(directory, model, commitsOf(before), signal);
    const tags = tagsOf(model, names, commits);
    const added = tags.filter(({ id, name }) => before.get(TAGS + name)?.id !== id);
    if (added.length > 0) await this.import(directory, added.map(tagCommand), signal);
    const all = references(names, commits, tags);
    const notes = evaluationNotes(model, await this.parts.evaluations.newestOfModel(model.id), commits);
    if (notes) {
      if (before.get(NOTES)?.id !== notes.id) await this.import(directory, [notesCommand(notes)], signal);
      all.set(NOTES, { id: notes.id });
    }
    await point(directory, before, all, headOf(names));
    await this.joinPacks(directory, signal);
  }

  /** @throws GitFailedError when anything in the repository is damaged or missing */
  async check(directory: string, signal: AbortSignal): Promise<void> {
    await readReferences(directory);
    await this.parts.git.run(['fsck', '--strict', '--no-dangling', '--no-progress'], {
      env: { GIT_DIR: directory },
      signal,
    });
  }

  private async addVersions(
    directory: string,
    model: ModelRecord,
    known: ReadonlyMap<number, string>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<number, string>> {
    const last = newestOf(known);
    const versions = versionsAfter(this.parts, model, last);
    const first = await versions.next();
    if (first.done === true) return known;
    const commands = async function* () {
      let parent = known.get(last);
      yield commitCommand(first.value, parent);
      parent = `:${first.value.version.number}`;
      for await (const version of versions) {
        yield commitCommand(version, parent);
        parent = `:${version.version.number}`;
      }
    };
    return new Map([...known, ...(await this.import(directory, commands(), signal))]);
  }

  /**
   * Adds objects to a repository and touches nothing else of it: the references that fast-import must have, and the locks
   * it takes on them, are those of a repository that is thrown away.
   */
  private async import(
    directory: string,
    commands: Iterable<string> | AsyncIterable<string>,
    signal: AbortSignal,
  ): Promise<Map<number, string>> {
    const scratch = join(this.parts.temporary, randomUUID());
    const marks = join(scratch, 'marks');
    try {
      await mkdir(scratch, { recursive: true });
      await prepare(scratch);
      const input = async function* () {
        yield BEGIN;
        yield* commands;
        yield DONE;
      };
      await this.parts.git.run(['fast-import', '--quiet', '--date-format=raw', `--export-marks=${marks}`], {
        env: { GIT_DIR: scratch, GIT_OBJECT_DIRECTORY: join(directory, 'objects') },
        input: input(),
        signal,
      });
      return parseMarks(await readFile(marks, 'utf8'));
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  }

  private async joinPacks(directory: string, signal: AbortSignal): Promise<void> {
    const files = await readdir(join(directory, 'objects', 'pack'));
    if (files.filter((name) => name.endsWith('.pack')).length < MAX_PACKS) return;
    await this.parts.git.run(['repack', '-a', '-d', '-q'], { env: { GIT_DIR: directory }, signal });
  }
}

/** What makes a directory a repository, where it is none yet; and away with what a server that died was writing. */
async function prepare(directory: string): Promise<void> {
  const packs = join(directory, 'objects', 'pack');
  await mkdir(packs, { recursive: true });
  if ((await readHead(directory)) === undefined) {
    await mkdir(join(directory, 'refs'), { recursive: true });
    await writeFile(join(directory, 'config'), '[core]\n\trepositoryformatversion = 0\n\tbare = true\n');
    // Last: with it, it is a repository.
    await writeHead(directory, `${BRANCHES}main`);
  }
  for (const name of await readdir(packs))
    if (/^\.?tmp[-_]/.test(name)) await rm(join(packs, name), { force: true });
}

function commitsOf(before: References): Map<number, string> {
  return new Map(
    [...before].flatMap(([name, { id }]) =>
      name.startsWith(VERSIONS) ? [[Number(name.slice(VERSIONS.length)), id] as const] : [],
    ),
  );
}

function tagsOf(model: ModelRecord, names: Names, commits: ReadonlyMap<number, string>): AnnotatedTag[] {
  return names.tags.flatMap((tag) => {
    const commit = commits.get(tag.number);
    return commit === undefined || !isReferenceName(tag.name) ? [] : [annotatedTag(model.name, tag, commit)];
  });
}

function references(
  { tags: given, aliases }: Names,
  commits: ReadonlyMap<number, string>,
  tags: readonly AnnotatedTag[],
): Map<string, Reference> {
  const all = new Map<string, Reference>();
  const newest = commits.get(newestOf(commits));
  if (newest !== undefined) all.set(BRANCHES + versionsBranch([...aliases, ...given]), { id: newest });
  for (const { name, number } of aliases) {
    const id = commits.get(number);
    if (id !== undefined) all.set(BRANCHES + name, { id });
  }
  for (const { id, name, commit } of tags) all.set(TAGS + name, { id, peeled: commit });
  for (const [number, id] of commits) all.set(`${VERSIONS}${number}`, { id });
  return all;
}

function headOf({ tags, aliases }: Names): string {
  return BRANCHES + headBranch(aliases, versionsBranch([...aliases, ...tags]));
}

async function point(directory: string, before: References, after: References, head: string): Promise<void> {
  const sameHead = (await readHead(directory)) === head;
  // HEAD is a file of its own. What it names must be there whichever of the two a reader sees first.
  if (!sameHead && before.has(head)) await writeHead(directory, head);
  if (!areSame(before, after)) await writeReferences(directory, after);
  if (!sameHead && !before.has(head)) await writeHead(directory, head);
}

function areSame(before: References, after: References): boolean {
  return before.size === after.size && [...after].every(([name, { id }]) => before.get(name)?.id === id);
}

function newestOf(commits: ReadonlyMap<number, string>): number {
  let newest = 0;
  for (const number of commits.keys()) newest = Math.max(newest, number);
  return newest;
}
