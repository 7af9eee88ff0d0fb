import { processorMs } from '../support/proc-files.js';
import { percentile } from '../support/statistics.js';
import { dataOf, type Asked, type Asker } from './asking.js';
import type { Numbers } from './numbers.js';
import type { Question } from './question.js';

export interface Timing {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Processor time of the server for one answer; other work on the machine hardly disturbs it. */
  readonly processorMs: number;
}

/** How long the answers took. @throws Error when one is wrong. */
export async function timed(
  asker: Asker,
  question: Question,
  random: Numbers,
  { asks, atOnce, pid }: { readonly asks: number; readonly atOnce: number; readonly pid: number },
): Promise<Timing> {
  const { bodies, variables } = prepared(question, random, asks, question.first ?? 0);
  const before = processorMs(pid);
  const asked = await asker.askAll(bodies, atOnce);
  const spentMs = processorMs(pid) - before;
  for (const [index, { answer }] of asked.entries()) check(question, answer, variables[index] as never);
  const sorted = asked.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    p50Ms: percentile(sorted, 0.5),
    p95Ms: percentile(sorted, 0.95),
    p99Ms: percentile(sorted, 0.99),
    processorMs: spentMs / asks,
  };
}

const COUNTED_ASKS = 5;

/**
 * How many statements one request sends, asked alone. The least of several: events are written in the background, and
 * nothing else sends fewer for the same question.
 */
export async function statementsOf(
  asker: Asker,
  sent: () => Promise<number>,
  question: Question,
  random: Numbers,
  first: number,
): Promise<number> {
  const { bodies } = prepared(question, random, COUNTED_ASKS, first);
  const counts: number[] = [];
  for (const body of bodies) {
    const before = await sent();
    await asker.ask(body);
    counts.push((await sent()) - before);
  }
  return Math.min(...counts);
}

function prepared(question: Question, random: Numbers, asks: number, first: number) {
  const variables = Array.from({ length: asks }, () => question.variables(random, first));
  const declared = new Set(question.document.match(/\$\w+(?=:)/g));
  const bodies = variables.map((given) =>
    Buffer.from(
      JSON.stringify({
        query: question.document,
        variables: Object.fromEntries(Object.entries(given).filter(([name]) => declared.has(`$${name}`))),
      }),
    ),
  );
  return { bodies, variables };
}

function check(question: Question, answer: Asked['answer'], variables: never): void {
  const problem = question.problem(dataOf(answer) as never, variables);
  if (problem !== undefined) throw new Error(`${question.name}: ${problem}`);
}
