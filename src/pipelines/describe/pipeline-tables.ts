import type { z } from 'zod';
import { FIELDS } from '../fields/index.js';
import { STEP_GROUPS, type StepDefinition } from '../language/index.js';
import { STEPS } from '../steps/index.js';

/** Tables of docs/pipelines.md, by the name that stands in their marks. */
const TABLES: Readonly<Record<string, () => string>> = { fields: fieldTable, steps: stepTables };

/**
 * A document with its tables of fields and steps as they are now: each stands between `<!-- fields -->` and
 * `<!-- /fields -->`, and likewise `steps`.
 *
 * @throws Error when a mark is missing
 */
export function withPipelineTables(document: string): string {
  return Object.entries(TABLES).reduce((text, [name, table]) => {
    const [before, after] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [from, to] = [text.indexOf(before), text.indexOf(after)];
    if (from < 0 || to < from) throw new Error(`Expected the marks ${before} and ${after}`);
    return `${text.slice(0, from + before.length)}\n\n${table()}\n\n${text.slice(to)}`;
  }, document);
}

function fieldTable(): string {
  const rows = FIELDS.map(({ kind, summary, settings }) => [`\`${kind}\``, summary, parametersOf(settings)]);
  return tableOf(['kind', 'an instance has', 'settings'], rows);
}

function stepTables(): string {
  return STEP_GROUPS.flatMap((group) => {
    const steps = STEPS.filter((step) => step.group === group);
    return steps.length === 0 ? [] : [`**${capital(group)}**\n\n${stepTable(steps)}`];
  }).join('\n\n');
}

function stepTable(steps: readonly StepDefinition[]): string {
  const rows = steps.map(({ name, summary, parameters, takes, several }) => [
    `\`${name}\``,
    `${takenBy(takes)}${several ? ', one or several' : ''}`,
    summary,
    parametersOf(parameters),
  ]);
  return tableOf(['step', 'of', 'makes', 'parameters'], rows);
}

function takenBy(takes: readonly string[]): string {
  return takes.length > 4 ? 'anything' : takes.join(' or ');
}

function parametersOf(parameters: z.ZodObject): string {
  return Object.entries(parameters.shape as Record<string, z.ZodType>)
    .map(([name, { description }]) => `\`${name}\`: ${description ?? ''}`)
    .join('<br>');
}

function tableOf(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
