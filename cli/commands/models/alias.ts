import {
  AliasHistory,
  FindAlias,
  ListAliases,
  RemoveAlias,
  SetAlias,
  type AliasNowFragment,
} from '../../__generated__/operations.js';
import { accepted, type Api } from '../../api/api.js';
import { existing } from '../../api/existing.js';
import { readPages } from '../../api/pages.js';
import { defineCommand, type Result } from '../../command.js';
import { EXIT } from '../../exit-codes.js';
import { Failure, wrongUsage } from '../../failure.js';
import { moment } from '../../terminal/format.js';
import { facts, stack, table } from '../../terminal/layout.js';
import { LIMIT, limited } from '../list-limit.js';

export const alias = defineCommand({
  name: 'alias',
  summary: 'List, look up, move, protect or remove the aliases of a model',
  positionals: {
    model: { kind: 'text', required: true, describe: "The model's name", completes: 'model' },
    name: { kind: 'text', describe: 'The alias; all of them when left out', completes: 'alias' },
    target: {
      kind: 'text',
      describe: 'Where to point it: 3, v1.2.0, another alias or esol@3',
      completes: 'selector',
    },
  },
  options: {
    at: { kind: 'text', describe: 'What the alias was at this time (ISO 8601; local time without a zone)' },
    history: { kind: 'flag', describe: 'Everything that ever happened to it, newest first' },
    limit: LIMIT,
    remove: { kind: 'flag', describe: 'Remove the alias; its history stays' },
    protect: { kind: 'flag', describe: 'From now on it changes only with a --reason' },
    unprotect: { kind: 'flag', describe: 'Take the protection away' },
    expected: {
      kind: 'text',
      describe: 'Change nothing unless it points here now; "" when it should not exist yet',
      completes: 'selector',
    },
    reason: { kind: 'text', describe: "Why, for the alias's history" },
  },
  examples: [
    ['retort alias esol', 'All aliases of esol'],
    ['retort alias esol production 3 --expected 2 --reason "rmse 0.91"', 'Move it, unless somebody else did'],
    ['retort alias esol production --at 2026-03-03', 'What it was at the beginning of that day'],
    ['retort alias esol production --history', 'Who, when, from what, to what, why'],
    ['retort alias esol production --protect', 'Let it change only with a reason'],
  ],
  output:
    '{aliases: […]}; with a name {alias: {name, model, version, protected, updatedAt, updatedBy}}, null at a time when ' +
    'it did not exist (exit code 4); with --history {history: […], hasMore}; with --remove {removedAlias}',
  async run(values, { api }) {
    const { model, name, target } = values;
    checkCombination(values);
    if (values.history) return history(api, model, name, values.limit);
    if (name === undefined) return list(api, model);
    if (values.remove) {
      const input = { model, alias: name, expected: values.expected, reason: values.reason };
      const removedAlias = accepted((await api.ask(RemoveAlias, { input })).removeAlias, 'removedAlias');
      return { json: { removedAlias }, text: `Removed ${removedAlias} of ${model}.` };
    }
    if (target !== undefined || values.protect || values.unprotect) return change(api, { ...values, name });
    return lookUp(api, model, name, values.at === undefined ? null : parseTime(values.at));
  },
});

interface Change {
  readonly model: string;
  readonly name: string;
  readonly target: string | undefined;
  readonly protect: boolean;
  readonly unprotect: boolean;
  readonly expected: string | undefined;
  readonly reason: string | undefined;
}

async function change(
  api: Api,
  { model, name, target: given, protect, unprotect, expected, reason }: Change,
): Promise<Result> {
  // Protection alone keeps the target: it is named as the expected one, so that a move in between is noticed.
  const target = given ?? String((await aliasNamed(api, model, name)).version.number);
  const { setAlias } = await api.ask(SetAlias, {
    input: {
      model,
      alias: name,
      version: target,
      expected: expected ?? (given === undefined ? target : undefined),
      protected: protect ? true : unprotect ? false : undefined,
      reason,
    },
  });
  const found = accepted(setAlias, 'alias');
  return { json: { alias: found }, text: describe(found) };
}

async function lookUp(api: Api, model: string, name: string, at: string | null): Promise<Result> {
  if (at === null) {
    const found = await aliasNamed(api, model, name);
    return { json: { alias: found }, text: describe(found) };
  }
  const answer = await api.ask(FindAlias, { model, alias: name, at });
  const { alias: then } = existing(answer.model, 'model', model);
  if (then !== null) return { json: { alias: then }, text: describe(then) };
  return {
    json: { alias: null },
    text: `There was no alias ${name} of ${model} at ${moment(at)}.`,
    exit: EXIT.NEGATIVE,
  };
}

async function aliasNamed(api: Api, model: string, name: string): Promise<AliasNowFragment> {
  const answer = await api.ask(FindAlias, { model, alias: name });
  const { alias: found } = existing(answer.model, 'model', model);
  if (found !== null) return found;
  throw new Failure(
    EXIT.REFUSED,
    'ALIAS_NOT_FOUND',
    `There is no alias ${JSON.stringify(name)} of ${model}. See: retort alias ${model}`,
  );
}

async function list(api: Api, model: string): Promise<Result> {
  const { aliases } = existing((await api.ask(ListAliases, { model })).model, 'model', model);
  const rows = aliases.map((each) => [
    each.name,
    each.version.ref,
    each.version.tags.map((tag) => tag.name).join(' '),
    each.protected ? 'yes' : '',
    moment(each.updatedAt),
    each.updatedBy,
  ]);
  return {
    json: { aliases },
    text:
      rows.length === 0
        ? `${model} has no aliases.`
        : table(['ALIAS', 'VERSION', 'TAGS', 'PROTECTED', 'SINCE', 'BY'], rows),
  };
}

async function history(api: Api, model: string, name: string | undefined, limit: number): Promise<Result> {
  const { nodes: entries, hasMore } = await readPages(limit, async (page) => {
    const answer = await api.ask(AliasHistory, { model, alias: name, ...page });
    return existing(answer.model, 'model', model).aliasHistory;
  });
  const rows = entries.map(({ at, alias: changed, kind, from, to, actor, reason }) => [
    moment(at),
    changed,
    kind,
    from?.ref ?? '',
    to?.ref ?? '',
    actor,
    reason ?? '',
  ]);
  const text =
    rows.length === 0
      ? 'Nothing ever happened.'
      : table(['AT', 'ALIAS', 'WHAT', 'FROM', 'TO', 'BY', 'WHY'], rows);
  return { json: { history: entries, hasMore }, text: stack(text, limited(hasMore, limit)) };
}

export function describe(found: AliasNowFragment): string {
  const { name, model, version, updatedAt, updatedBy } = found;
  return stack(
    `${model.name}@${name} is ${version.ref}.`,
    facts([
      ['tags', version.tags.map((tag) => tag.name).join(', ')],
      ['protected', found.protected ? 'yes' : ''],
      ['since', `${moment(updatedAt)} by ${updatedBy}`],
    ]),
  );
}

function checkCombination(values: {
  readonly name: string | undefined;
  readonly target: string | undefined;
  readonly at: string | undefined;
  readonly history: boolean;
  readonly remove: boolean;
  readonly protect: boolean;
  readonly unprotect: boolean;
}): void {
  const changes = values.protect || values.unprotect;
  const wanted = [
    values.target !== undefined || changes ? 'a change' : '',
    values.at === undefined ? '' : '--at',
    values.history ? '--history' : '',
    values.remove ? '--remove' : '',
  ].filter(Boolean);
  if (wanted.length > 1) throw wrongUsage(`Expected one of ${wanted.join(' and ')}, got both.`);
  if (values.protect && values.unprotect) throw wrongUsage('Expected --protect or --unprotect, got both.');
  if (values.name === undefined && wanted.some((each) => each !== '--history'))
    throw wrongUsage('Expected the name of an alias behind the model.');
}

/** @throws Failure USAGE */
function parseTime(text: string): string {
  // A date alone is local midnight, too: everything without a zone means the same clock.
  const local = /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00` : text;
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? new Date(local) : new Date(NaN);
  if (!Number.isNaN(time.getTime())) return time.toISOString();
  throw wrongUsage(
    `--at: expected a time such as 2026-03-03T09:00 or 2026-03-03T09:00Z, got ${JSON.stringify(text)}.`,
  );
}
