import { GLOBAL_OPTIONS } from '../arguments.js';
import type { Command } from '../command.js';
import type { Option } from '../option.js';

/** Where on the command line the cursor stands. */
export type Place =
  | {
      readonly kind: 'command';
      readonly words: readonly { readonly word: string; readonly summary: string }[];
    }
  | { readonly kind: 'option'; readonly options: readonly (readonly [name: string, option: Option])[] }
  | {
      readonly kind: 'value';
      readonly option: Option;
      /** The arguments before it that are no options. */
      readonly given: readonly string[];
    }
  | { readonly kind: 'nowhere' };

/** `words` are those behind `retort`; the last one is being typed. */
export function placeOf(commands: readonly Command[], words: readonly string[]): Place {
  const current = words.at(-1) ?? '';
  const { given, used, open } = readWords(commands, words.slice(0, -1));
  if (open !== null) return { kind: 'value', option: open, given: behindCommand(commands, given) };

  const command = commandOf(commands, given);
  if (current.startsWith('-')) {
    const options = Object.entries({ ...command?.options, ...GLOBAL_OPTIONS } as Record<string, Option>);
    return {
      kind: 'option',
      options: options.filter(([name, { kind }]) => !used.has(name) || MANY.has(kind)),
    };
  }
  const next = nextWords(commands, given);
  if (next.length > 0) return { kind: 'command', words: next };
  if (command === undefined) return { kind: 'nowhere' };
  const behind = behindCommand(commands, given);
  const positionals = Object.values(command.positionals);
  const option =
    positionals[behind.length] ?? (positionals.at(-1)?.kind === 'texts' ? positionals.at(-1) : undefined);
  return option === undefined ? { kind: 'nowhere' } : { kind: 'value', option, given: behind };
}

const MANY: ReadonlySet<string> = new Set(['texts', 'numbers', 'choices']);

/** Tells options with their values from the other words; `open` is an option that still waits for its value. */
function readWords(commands: readonly Command[], words: readonly string[]) {
  const given: string[] = [];
  const used = new Set<string>();
  let open: Option | null = null;
  for (const word of words) {
    if (open !== null) {
      open = null;
      continue;
    }
    if (!word.startsWith('-')) {
      given.push(word);
      continue;
    }
    const name = word.replace(/^--?/, '').split('=', 1)[0] ?? '';
    const option = optionNamed(commands, given, name);
    used.add(name);
    if (option !== undefined && option.kind !== 'flag' && !word.includes('=')) open = option;
  }
  return { given, used, open };
}

function optionNamed(
  commands: readonly Command[],
  given: readonly string[],
  name: string,
): Option | undefined {
  const all: Readonly<Record<string, Option>> = { ...GLOBAL_OPTIONS, ...commandOf(commands, given)?.options };
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

/** The longest name that the words begin with; the default of a group where they name no other of its commands. */
function commandOf(commands: readonly Command[], given: readonly string[]): Command | undefined {
  const [first, second] = given;
  return (
    commands.find(({ name }) => name === `${first ?? ''} ${second ?? ''}`) ??
    commands.find(
      ({ name, isDefault }) => name === first || (isDefault && name.startsWith(`${first ?? ''} `)),
    )
  );
}

function behindCommand(commands: readonly Command[], given: readonly string[]): readonly string[] {
  const words = commandOf(commands, given)?.name.split(' ') ?? [];
  return given.slice(words.filter((word, index) => given[index] === word).length);
}

function nextWords(commands: readonly Command[], given: readonly string[]) {
  if (given.length > 1) return [];
  const [group] = given;
  const words = commands
    .filter(({ name }) => group === undefined || name.startsWith(`${group} `))
    .map(({ name, summary }) => ({ word: name.split(' ')[given.length] ?? '', summary }));
  // A group stands for several commands.
  return words.filter(({ word }, index) => words.findIndex((other) => other.word === word) === index);
}
