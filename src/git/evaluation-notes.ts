import { createHash } from 'node:crypto';
import type { Evaluation } from '../batch/index.js';
import type { ModelRecord } from '../catalog/index.js';
import { signatureLine } from './signature-line.js';

/** What was measured of versions after they were published: their commits cannot say it, since those never change. */
export const NOTES = 'refs/notes/evaluations';

export interface NotesCommit {
  /** Git's id of the commit: known without asking Git, so that it is only made when it says something else. */
  readonly id: string;
  /** By the ids of the commits that they are about. */
  readonly notes: ReadonlyMap<string, string>;
  readonly committer: string;
  readonly message: string;
}

/** One evaluation with the number of its version. */
export type NumberedEvaluation = Evaluation & { readonly number: number };

/**
 * The notes (git-notes(1)) of the versions that were measured; null where none was. The same evaluations are always the same
 * commit, without a parent: each says all there is.
 *
 * @param evaluations the newest of each version, set of rows and result
 */
export function evaluationNotes(
  model: ModelRecord,
  evaluations: readonly NumberedEvaluation[],
  commits: ReadonlyMap<number, string>,
): NotesCommit | null {
  const ordered = evaluations.toSorted(
    (one, other) => one.number - other.number || (keyOf(one) < keyOf(other) ? -1 : 1),
  );
  const notes = new Map<string, string>();
  for (const evaluation of ordered) {
    const commit = commits.get(evaluation.number);
    if (commit === undefined) continue;
    const before = notes.get(commit);
    notes.set(commit, before === undefined ? noteOf(evaluation) : `${before}\n${noteOf(evaluation)}`);
  }
  const newest = newestOf(ordered);
  if (notes.size === 0 || newest === undefined) return null;
  const committer = signatureLine(newest.createdBy, newest.createdAt);
  const message = `Measured of ${model.name}\n`;
  const content = Buffer.from(
    `tree ${treeId(notes)}\nauthor ${committer}\ncommitter ${committer}\n\n${message}`,
  );
  return { id: objectId('commit', content), notes, committer, message };
}

function noteOf({ dataset, result, rows, failed, metrics, createdAt, createdBy }: Evaluation): string {
  const lines = metrics.map(({ name, value, unit, interval }) => {
    const measure = unit === null || unit === '1' ? '' : ` ${unit}`;
    const range = interval === null ? '' : ` (95 %: ${interval.low} to ${interval.high})`;
    return `  ${name}: ${value}${measure}${range}\n`;
  });
  const left = failed === 0 ? '' : `, ${failed} not counted`;
  return `${oneLine(dataset)}: ${oneLine(result)} of ${rows} rows${left}, measured ${createdAt.toISOString()} by ${oneLine(createdBy)}\n${lines.join('')}`;
}

/** One file for each commit, under its id. */
function treeId(notes: ReadonlyMap<string, string>): string {
  const entries = [...notes]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([commit, note]) =>
      Buffer.concat([
        Buffer.from(`100644 ${commit}\0`),
        Buffer.from(objectId('blob', Buffer.from(note)), 'hex'),
      ]),
    );
  return objectId('tree', Buffer.concat(entries));
}

function objectId(type: 'blob' | 'tree' | 'commit', content: Buffer): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

function newestOf(evaluations: readonly NumberedEvaluation[]): NumberedEvaluation | undefined {
  return evaluations.reduce<NumberedEvaluation | undefined>(
    (newest, each) => (newest === undefined || each.createdAt > newest.createdAt ? each : newest),
    undefined,
  );
}

function keyOf({ dataset, result }: Evaluation): string {
  return JSON.stringify([dataset, result]);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
