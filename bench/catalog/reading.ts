import type { BenchRun } from '../support/bench-run.js';
import { ms, table } from '../support/markdown.js';
import { alternate } from '../support/rounds.js';
import { median } from '../support/statistics.js';
import { Asker, dataOf } from './asking.js';
import { eventQuestions } from './event-questions.js';
import type { FilledCatalog } from './filled-catalog.js';
import { statementsOf, timed, type Timing } from './measure-question.js';
import { modelQuestions } from './model-questions.js';
import { numbers } from './numbers.js';
import type { Question, QuestionSource } from './question.js';
import { versionQuestions } from './version-questions.js';

const ASKS = 100;
const AT_ONCE = 4;
const AIM_MS = 30;
const PAGES = [10, 100] as const;

/** What is asked of a catalog all day, at its full size: how long it takes, and how many statements. */
export async function measureReading(run: BenchRun, { retort, contents }: FilledCatalog): Promise<string> {
  await using asker = new Asker(retort.port);
  const ask: QuestionSource['ask'] = async (query, variables) =>
    dataOf((await asker.ask(Buffer.from(JSON.stringify({ query, variables })))).answer);
  const source = { contents, ask };
  const questions = [
    ...(await modelQuestions(source)),
    ...versionQuestions(source),
    ...(await eventQuestions(source)),
  ];
  const random = numbers(2);
  const asks = run.options.quick ? 20 : ASKS;
  const measure = async (atOnce: number) => {
    run.progress(`reading, ${atOnce} at once`);
    const settings = { asks, atOnce, pid: retort.pid };
    for (const question of questions) await timed(asker, question, random, { ...settings, asks: 20 });
    return alternate(questions, run.options.rounds, (question) => timed(asker, question, random, settings));
  };
  const alone = await measure(1);
  const together = await measure(AT_ONCE);
  run.progress('reading, statements');
  const rows: string[][] = [];
  for (const question of questions) {
    const counts: number[] = [];
    for (const first of question.first === undefined ? [1] : PAGES)
      counts.push(await statementsOf(asker, () => retort.statements(), question, random, first));
    rows.push(rowOf(question, alone.get(question) ?? [], together.get(question) ?? [], counts));
  }
  return [
    `### Reading: ${contents.size.models.toLocaleString('en')} models, ${(contents.size.models * contents.size.versions).toLocaleString('en')} versions`,
    `Aims: p95 of one request at a time at most ${AIM_MS} ms, and as many statements for a page of ${PAGES[1]} as for one of ${PAGES[0]}.`,
    table(
      [
        'question',
        'page',
        'p50',
        'p95',
        'p99',
        `p95, ${AT_ONCE} at once`,
        'processor time',
        `statements, page of ${PAGES.join(' / ')}`,
        'met',
      ],
      rows,
    ),
  ].join('\n\n');
}

function rowOf(
  { name, first }: Question,
  alone: readonly Timing[],
  together: readonly Timing[],
  counts: readonly number[],
): string[] {
  const middle = (rounds: readonly Timing[], pick: (round: Timing) => number) => median(rounds.map(pick));
  const p95Ms = middle(alone, (round) => round.p95Ms);
  const met = p95Ms <= AIM_MS && new Set(counts).size === 1;
  return [
    name,
    first === undefined ? '–' : String(first),
    ms(middle(alone, (round) => round.p50Ms)),
    ms(p95Ms),
    ms(middle(alone, (round) => round.p99Ms)),
    ms(middle(together, (round) => round.p95Ms)),
    ms(middle(alone, (round) => round.processorMs)),
    counts.join(' / '),
    met ? 'yes' : '**no**',
  ];
}
