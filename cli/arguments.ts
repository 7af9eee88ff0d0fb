import { existsSync, readFileSync } from 'node:fs';
import yargs, { type Argv, type Options as YargsOptions } from 'yargs';
import type { Command } from './command.js';
import { Failure, wrongUsage } from './failure.js';
import type { Option } from './option.js';
import { readValues } from './values.js';

/** Options every command has. */
export interface GlobalValues {
  readonly json: boolean;
  readonly url: string | undefined;
  readonly apiKey: string | undefined;
}

export const GLOBAL_OPTIONS = {
  url: {
    kind: 'text',
    describe:
      'Address of the server; RETORT_URL, else that of retort login, else http://127.0.0.1:4000, when left out',
    completes: 'nothing',
  },
  'api-key': {
    kind: 'text',
    describe: "The server's key; better set RETORT_API_KEY, which no list of processes shows",
    completes: 'nothing',
  },
  json: { kind: 'flag', describe: 'Print one JSON document, also for an error' },
} as const satisfies Record<string, Option>;

export type Parsed =
  | { readonly kind: 'help'; readonly text: string }
  | {
      readonly kind: 'command';
      readonly command: Command;
      readonly values: Readonly<Record<string, unknown>>;
      readonly globals: GlobalValues;
    };

/** Reads the command line. @throws Failure USAGE */
export function parseArguments(commands: readonly Command[], args: readonly string[]): Parsed {
  const chosen: Parsed[] = [];
  const parser = createParser(commands, (command, argv) => {
    const globals = readValues(GLOBAL_OPTIONS, argv);
    chosen.push({
      kind: 'command',
      command,
      values: readValues({ ...command.positionals, ...command.options }, withRest(command, argv)),
      globals,
    });
  });
  let help = '';
  void parser.parse([...args], {}, (_error, _argv, output) => {
    help = output;
  });
  return chosen[0] ?? { kind: 'help', text: help };
}

/** The help of a command, or of a group, or of the whole program: what `--help` prints. */
export function helpOf(commands: readonly Command[], name: string): string {
  const parsed = parseArguments(commands, [...name.split(' '), '--help'].filter(Boolean));
  return parsed.kind === 'help' ? parsed.text : '';
}

type Choose = (command: Command, argv: Readonly<Record<string, unknown>>) => void;

function createParser(commands: readonly Command[], choose: Choose): Argv {
  const parser = yargs()
    .scriptName('retort')
    .usage('$0 <command>\n\nA model catalog and serving platform, from the command line.')
    // The program speaks one language, whatever that of the shell.
    .detectLocale(false)
    // Its types know plain strings only; those with a plural are objects.
    .updateStrings(WORDS as unknown as Record<string, string>)
    .parserConfiguration({
      // `esol@3`, `007` and `1e5` are names as they stand.
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'boolean-negation': false,
      'dot-notation': false,
      'greedy-arrays': false,
    })
    .strict()
    .recommendCommands()
    .exitProcess(false)
    .showHelpOnFail(false)
    .fail((message, error: Error | undefined) => {
      throw error instanceof Failure
        ? error
        : wrongUsage(message || (error?.message ?? 'It is not understood.'));
    })
    .wrap(100)
    .help('help')
    .alias('help', 'h')
    .version(packageVersion())
    .demandCommand(1, 'Expected a command, got none. See retort --help.')
    .group([...Object.keys(GLOBAL_OPTIONS), 'help', 'version'], 'Everywhere:')
    .epilogue(
      `Exit codes: 0 done, 1 refused by the server, 2 wrong usage, 3 no answer, 4 the answer is no, 130 interrupted.`,
    );
  for (const [name, option] of Object.entries(GLOBAL_OPTIONS)) parser.option(name, yargsOption(option));

  for (const group of new Set(commands.map(({ name }) => firstWord(name)))) {
    const members = commands.filter(({ name }) => firstWord(name) === group);
    const [only] = members;
    if (only?.name === group) addCommand(parser, only, only.name, choose);
    else {
      parser.command(group, GROUP_SUMMARIES[group] ?? '', (inner) => {
        for (const member of members) addCommand(inner, member, member.name.slice(group.length + 1), choose);
        return inner.demandCommand(1, `Expected what to ${group}. See retort ${group} --help.`);
      });
    }
  }
  return parser;
}

function addCommand(parser: Argv, command: Command, name: string, choose: Choose): void {
  const usage = [name, ...Object.entries(command.positionals).map(positionalUsage)].join(' ');
  parser.command(
    command.isDefault ? [usage, '$0'] : usage,
    command.summary,
    (inner) => {
      for (const [key, option] of Object.entries(command.positionals))
        inner.positional(key, { describe: option.describe, ...choicesOf(option) });
      for (const [key, option] of Object.entries(command.options)) inner.option(key, yargsOption(option));
      for (const [example, meaning] of command.examples) inner.example(example, meaning);
      return command.notes === undefined ? inner : inner.epilogue(command.notes);
    },
    (argv) => choose(command, argv),
  );
}

function positionalUsage([name, option]: readonly [string, Option]): string {
  const many = option.kind === 'texts' ? '..' : '';
  return 'required' in option ? `<${name}${many}>` : `[${name}${many}]`;
}

// Numbers stay text here, so that a wrong one can be quoted; `readValues` reads them.
function yargsOption(option: Option): YargsOptions {
  const { kind, describe } = option;
  if (kind === 'flag') return { type: 'boolean', describe };
  return {
    describe,
    requiresArg: true,
    array: kind === 'texts' || kind === 'numbers' || kind === 'choices',
    ...('required' in option ? { demandOption: true } : {}),
    ...('default' in option ? { default: option.default } : {}),
    ...choicesOf(option),
  };
}

function choicesOf(option: Option): { choices?: readonly string[]; coerce?: (given: unknown) => unknown } {
  if (option.kind !== 'choice' && option.kind !== 'choices') return {};
  const { choices } = option;
  // Users need not remember which of them are in capitals.
  const known = (given: unknown): unknown =>
    Array.isArray(given)
      ? given.map(known)
      : (choices.find((choice) => typeof given === 'string' && same(choice, given)) ?? given);
  return { choices, coerce: known };
}

function same(choice: string, given: string): boolean {
  return choice.toLowerCase() === given.toLowerCase().replaceAll('-', '_') || choice === given;
}

/** What stands behind `--` belongs to the positional that takes all that are left. */
function withRest(
  command: Command,
  argv: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const rest = (argv._ as readonly unknown[]).slice(command.name.split(' ').length).map(String);
  const [many] = Object.entries(command.positionals).filter(([, { kind }]) => kind === 'texts');
  if (rest.length === 0 || many === undefined) return argv;
  return { ...argv, [many[0]]: [...((argv[many[0]] ?? []) as unknown[]), ...rest] };
}

function firstWord(name: string): string {
  return name.split(' ', 1)[0] ?? name;
}

function packageVersion(): string {
  // Found from the source as well as from where it is built to.
  for (const path of ['../package.json', '../../package.json']) {
    const file = new URL(path, import.meta.url);
    if (existsSync(file))
      return (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version;
  }
  return 'unknown';
}

const GROUP_SUMMARIES: Readonly<Record<string, string>> = {
  import: 'Restore a model from an archive, or bring models of an MLflow registry',
  list: 'List models, versions or deployments',
  rollback: 'Go back to what an alias or a deployment was before',
  update: 'Change what a model says about itself, or how a deployment runs',
};

const WORDS = {
  'Invalid values:': 'Expected one of the choices:',
  'Not enough arguments following: %s': 'Expected a value behind --%s, got none.',
  'Unknown argument: %s': {
    one: 'There is no option or argument "%s" here.',
    other: 'There are no options or arguments %s here.',
  },
  'Missing required argument: %s': {
    one: 'Expected --%s, got none.',
    other: 'Expected the options %s, got none.',
  },
  'Not enough non-option arguments: got %s, need at least %s': {
    one: 'Expected more arguments: got %s, need at least %s.',
    other: 'Expected more arguments: got %s, need at least %s.',
  },
};
