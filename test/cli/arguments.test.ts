import { describe, expect, it } from '@jest/globals';
import { parseArguments, type Parsed } from '../../cli/arguments.js';
import { defineCommand } from '../../cli/command.js';
import { COMMANDS } from '../../cli/commands/index.js';
import { Failure } from '../../cli/failure.js';

const sample = defineCommand({
  name: 'weigh',
  summary: 'Weighs',
  positionals: {
    what: { kind: 'text', required: true, describe: 'What' },
    more: { kind: 'texts', describe: 'More of it' },
  },
  options: {
    scale: { kind: 'choice', choices: ['FINE_TUNED', 'COARSE'], describe: 'Scale' },
    'at-most': { kind: 'number', whole: true, min: 1, max: 9, default: 5, describe: 'Limit' },
    note: { kind: 'texts', describe: 'Note' },
    size: { kind: 'numbers', describe: 'Size' },
    'no-source': { kind: 'flag', describe: 'No source' },
    title: { kind: 'text', describe: 'Title' },
  },
  examples: [],
  output: '',
  run: async () => ({ json: null, text: '' }),
});
const parse = (...args: string[]) => parseArguments([sample], args);
const valuesOf = (parsed: Parsed) => (parsed.kind === 'command' ? parsed.values : parsed.text);
const refusal = (...args: string[]) => {
  try {
    parse(...args);
  } catch (error) {
    if (error instanceof Failure) return { exit: error.exit, message: error.message };
    throw error;
  }
  throw new Error('It was accepted.');
};

describe('the command line', () => {
  it('reads every kind of option, and leaves text as it is', () => {
    const values = valuesOf(
      parse(
        ...[
          'weigh',
          '007',
          '1e5',
          'true',
          '--scale',
          'fine-tuned',
          '--at-most',
          '9',
          '--note',
          'a',
          '--note',
          'b=-2',
        ],
        ...['--size', '1', '--size', '2.5', '--no-source', '--title', '12'],
      ),
    );
    expect(values).toEqual({
      what: '007',
      more: ['1e5', 'true'],
      scale: 'FINE_TUNED',
      atMost: 9,
      note: ['a', 'b=-2'],
      size: [1, 2.5],
      noSource: true,
      title: '12',
    });
  });

  it('gives what is left out its default, an empty list or nothing', () => {
    expect(valuesOf(parse('weigh', 'x'))).toEqual({
      what: 'x',
      more: [],
      scale: undefined,
      atMost: 5,
      note: [],
      size: [],
      noSource: false,
      title: undefined,
    });
  });

  it('takes what stands behind -- as it is', () => {
    expect(valuesOf(parse('weigh', 'x', 'y', '--', '-1', '--title'))).toMatchObject({
      more: ['y', '-1', '--title'],
    });
  });

  it.each([
    [[], /Expected a command, got none/],
    [['wiegh', 'x'], /Did you mean weigh\?/],
    [['weigh'], /Expected more arguments: got 0, need at least 1/],
    [
      ['weigh', 'x', '--titel', 'y'],
      /There are no options or arguments titel, y here|no option or argument "titel"/,
    ],
    [['weigh', 'x', '--title'], /Expected a value behind --title, got none/],
    [['weigh', 'x', '--title', '--no-source'], /Expected a value behind --title/],
    [['weigh', 'x', '--title', 'a', '--title', 'b'], /--title: expected one value, got 2/],
    [['weigh', 'x', '--at-most', 'many'], /--at-most: expected a whole number from 1 to 9, got "many"/],
    [['weigh', 'x', '--at-most', '2.5'], /got "2.5"/],
    [['weigh', 'x', '--at-most', '10'], /got "10"/],
    [['weigh', 'x', '--at-most', ''], /got ""/],
    [['weigh', 'x', '--scale', 'huge'], /Expected one of the choices/],
  ])('refuses %j', (args, message) => {
    expect(refusal(...args)).toEqual({ exit: 2, message: expect.stringMatching(message) });
  });
});

describe('the commands', () => {
  it('are all defined well enough for the help, the completion and the documentation', () => {
    for (const { name, summary, positionals, options, output, examples } of COMMANDS) {
      expect(summary).toMatch(/^[A-Z].*[^.]$/);
      expect(output).toMatch(/^\{/);
      expect(examples.length).toBeGreaterThan(0);
      for (const option of [...Object.values(positionals), ...Object.values(options)])
        expect(option.describe).toMatch(/\S/);
      // yargs keeps these names for itself.
      for (const key of [...Object.keys(positionals), ...Object.keys(options)])
        expect([name, key]).not.toEqual([
          name,
          expect.stringMatching(/^(?:version|help|json|url|api-key|_)$/),
        ]);
    }
  });

  it('read their own examples', () => {
    for (const { name, examples } of COMMANDS) {
      for (const [line] of examples) {
        const [, own = ''] = /retort ([^|)]*)/.exec(line) ?? [];
        const words = [...own.matchAll(/"[^"]*"|'[^']*'|\S+/g)].map(([word]) =>
          word.replace(/^["']|["']$/g, ''),
        );
        const parsed = parseArguments(COMMANDS, words);
        expect(parsed).toMatchObject({ kind: 'command', command: { name } });
      }
    }
  });
});
