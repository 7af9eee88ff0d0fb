import type { Answering, AnsweredRow } from './answering.js';
import type { AskedRow } from './asked-rows.js';
import { ChunkSize } from './chunk-size.js';

/** One is read and prepared while the model runs the other. */
const AT_ONCE = 2;

/** Answers rows as they come, in their order, some at a time. */
export async function* answeredRows(
  batches: AsyncIterable<readonly AskedRow[]>,
  answering: Pick<Answering, 'answer' | 'whenIdle'>,
  skip = 0,
): AsyncGenerator<readonly AnsweredRow[], void, void> {
  const size = new ChunkSize();
  const pending: Promise<readonly AnsweredRow[]>[] = [];
  const ask = (rows: readonly AskedRow[]) => {
    const begun = performance.now();
    const waiting = pending.length + 1;
    const answer = answering.answer(rows).then((answers) => {
      size.took(rows.length, (performance.now() - begun) / waiting);
      return answers;
    });
    // What fails after another did is not unheard of: the first failure ends them all.
    answer.catch(() => undefined);
    pending.push(answer);
  };
  const next = async (): Promise<readonly AnsweredRow[]> => (await pending.shift()) ?? [];
  let left = skip;
  let gathered: AskedRow[] = [];
  for await (const batch of batches) {
    let from = 0;
    if (left > 0) {
      from = Math.min(left, batch.length);
      left -= from;
    }
    while (from < batch.length) {
      const until = Math.min(batch.length, from + size.rows - gathered.length);
      for (; from < until; from++) {
        const row = batch[from];
        if (row !== undefined) gathered.push(row);
      }
      if (gathered.length < size.rows) break;
      ask(gathered);
      gathered = [];
      if (pending.length >= AT_ONCE) yield await next();
      await answering.whenIdle();
    }
  }
  if (gathered.length > 0) ask(gathered);
  while (pending.length > 0) yield await next();
}
