import type { AnnotatedTag } from './annotated-tag.js';
import type { NotesCommit } from './evaluation-notes.js';
import { commitMessage } from './commit-message.js';
import { signatureLine } from './signature-line.js';
import { versionFiles, type PublishedVersion } from './version-files.js';

/** Commands of `git fast-import` (git-fast-import(1)). Without `DONE` at the end of the stream it keeps nothing. */
export const BEGIN = 'feature done\n';
export const DONE = 'done\n';

/** A commit on top of `parent`, an id or the mark of a version before it. Its mark is the version's number. */
export function commitCommand(published: PublishedVersion, parent: string | undefined): string {
  const { number, createdBy, createdAt } = published.version;
  const who = signatureLine(createdBy, createdAt);
  const files = versionFiles(published).map(
    ({ path, content }) => `M 100644 inline ${path}\n${data(content)}`,
  );
  return [
    'commit refs/heads/import\n',
    `mark :${number}\nauthor ${who}\ncommitter ${who}\n`,
    data(commitMessage(published)),
    parent === undefined ? '' : `from ${parent}\n`,
    'deleteall\n',
    ...files,
    '\n',
  ].join('');
}

export function tagCommand({ name, commit, tagger, message }: AnnotatedTag): string {
  return `tag ${name}\nfrom ${commit}\ntagger ${tagger}\n${data(message)}`;
}

export function notesCommand({ committer, message, notes }: NotesCommit): string {
  const files = [...notes].map(([commit, note]) => `M 100644 inline ${commit}\n${data(note)}`);
  return [
    'commit refs/heads/notes\n',
    `author ${committer}\ncommitter ${committer}\n`,
    data(message),
    'deleteall\n',
    ...files,
    '\n',
  ].join('');
}

/** The commits of the marks, from the file `--export-marks` writes. */
export function parseMarks(text: string): Map<number, string> {
  return new Map(
    [...text.matchAll(/^:(\d+) ([0-9a-f]{40})$/gm)].map(([, mark, id = '']) => [Number(mark), id]),
  );
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}
