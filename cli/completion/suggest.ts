import { SuggestDeployments, SuggestModels, SuggestNames } from '../__generated__/operations.js';
import type { Api } from '../api/api.js';
import type { Command } from '../command.js';
import type { Option } from '../option.js';
import { placeOf } from './place.js';

export interface Suggestion {
  readonly value: string;
  readonly meaning?: string;
}

/** Asks the shell to offer its files. */
const FILES: Suggestion = { value: ':files' };

/** What may stand where the cursor is: `words` are those behind `retort`, and the last one is being typed. */
export async function suggest(
  commands: readonly Command[],
  words: readonly string[],
  api: Api,
): Promise<readonly Suggestion[]> {
  const current = words.at(-1) ?? '';
  const place = placeOf(commands, words);
  const found = await (async (): Promise<readonly Suggestion[]> => {
    switch (place.kind) {
      case 'command':
        return place.words.map(({ word, summary }) => ({ value: word, meaning: summary }));
      case 'option':
        return place.options.map(([name, { describe }]) => ({ value: `--${name}`, meaning: describe }));
      case 'value':
        return valuesFor(place.option, place.given, current, api);
      case 'nowhere':
        return [];
    }
  })();
  return found.filter((each) => each === FILES || each.value.startsWith(current));
}

async function valuesFor(
  option: Option,
  given: readonly string[],
  current: string,
  api: Api,
): Promise<readonly Suggestion[]> {
  if (option.kind === 'choice' || option.kind === 'choices')
    return option.choices.map((choice) => ({ value: choice.toLowerCase() }));
  const model = modelIn(given[0] ?? '');
  switch (option.completes) {
    case 'model':
      return models(api);
    case 'deployment':
      return deployments(api);
    case 'ref':
      return current.includes('@') ? refs(api, modelIn(current)) : withAt(await models(api));
    case 'target':
      if (current.includes('@')) return refs(api, modelIn(current));
      return [...(await deployments(api)), ...(await models(api))];
    case 'selector':
      return selectors(await namesOf(api, model));
    case 'alias':
      return (await namesOf(api, model)).aliases.map((value) => ({ value }));
    case 'tag':
      return (await namesOf(api, model)).tags.map((value) => ({ value }));
    case 'file':
      return [FILES];
    default:
      return [];
  }
}

function modelIn(ref: string): string {
  return ref.split('@', 1)[0] ?? ref;
}

/** A name that goes on: the shells put no blank behind it. */
function withAt(names: readonly Suggestion[]): readonly Suggestion[] {
  return names.map(({ value }) => ({ value: `${value}@` }));
}

async function models(api: Api): Promise<readonly Suggestion[]> {
  const { models: found } = await api.ask(SuggestModels, {});
  return found.edges.map(({ node }) => ({ value: node.name }));
}

async function deployments(api: Api): Promise<readonly Suggestion[]> {
  const { deployments: found } = await api.ask(SuggestDeployments, {});
  return found.edges.map(({ node }) => ({ value: node.name }));
}

interface Names {
  readonly aliases: readonly string[];
  readonly tags: readonly string[];
  readonly numbers: readonly string[];
}

async function namesOf(api: Api, model: string): Promise<Names> {
  const found = (await api.ask(SuggestNames, { model })).model;
  const versions = found?.versions.edges.map(({ node }) => node) ?? [];
  return {
    aliases: found?.aliases.map(({ name }) => name) ?? [],
    tags: versions.flatMap(({ tags }) => tags.map(({ name }) => name)),
    numbers: versions.map(({ number }) => String(number)),
  };
}

function selectors({ aliases, tags, numbers }: Names): readonly Suggestion[] {
  return [...aliases, ...tags, ...numbers].map((value) => ({ value }));
}

async function refs(api: Api, model: string): Promise<readonly Suggestion[]> {
  return selectors(await namesOf(api, model)).map(({ value }) => ({ value: `${model}@${value}` }));
}
