import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inOwnWords, OWN_WORDS } from '../../cli/api/own-words.js';
import { COMMANDS } from '../../cli/commands/index.js';
import { retortJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('messages of the server', () => {
  let server: CliServer;
  beforeAll(async () => {
    server = await startCliServer({ examples: true });
  });
  afterAll(() => server.close());

  const refused = async (...args: string[]): Promise<string> => {
    const { code, document, stderr } = await retortJson(args, { url: server.app.url });
    expect(code).toBe(1);
    expect(stderr).toContain(document.error.message);
    return document.error.message;
  };

  it.each([
    { option: '--max-queue', args: ['deploy', 'esol@1', '--max-queue', '100001'] },
    { option: '--max-batch-size', args: ['deploy', 'esol@1', '--max-batch-size', '5000'] },
    { option: '--batch-size', args: ['update', 'deployment', 'esol', '--batch-size', '5000'] },
    { option: '--replicas', args: ['update', 'deployment', 'esol', '--replicas', '33'] },
    { option: '--deadline-ms', args: ['predict', 'esol', 'CCO', '--deadline-ms', '600001'] },
    { option: '--older-than-hours', args: ['gc', '--older-than-hours', '1000000000'] },
  ])('name the option that was given: $option', async ({ option, args }) => {
    expect(await refused(...args)).toContain(`Expected ${option} `);
  });

  it('name the command that helps', async () => {
    expect(await refused('update', 'deployment', 'nothing-here')).not.toMatch(/deployVersion/);
    expect(await refused('rollback', 'deployment', 'esol')).toContain('with retort migrate');
  });
});

describe('the words of the command line', () => {
  it('are options and commands that there are', () => {
    const options = new Set(COMMANDS.flatMap((command) => Object.keys(command.options)));
    const commands = new Set(COMMANDS.map(({ name }) => name));
    for (const word of Object.values(OWN_WORDS)) {
      for (const [, option = ''] of word.matchAll(/--([a-z\d-]+)/g)) expect([...options]).toContain(option);
      const [, command] = /^retort ([a-z]+)/.exec(word) ?? [];
      if (command !== undefined) expect([...commands]).toContain(command);
    }
  });

  it.each([
    ['Expected input.limits.maxQueue 1 to 5, got 7.', 'Expected --max-queue 1 to 5, got 7.'],
    ['(limits.maxQueue is 4)', '(--max-queue is 4)'],
    ['Expected batching.preferredBatchSizes.1 1 to 5', 'Expected --batch-size 1 to 5'],
    ['or say allowBreaking: true.', 'or say --allow-breaking.'],
    ['with archiveModel(archived: false) first', 'with retort archive --undo first'],
    ['archive it first with archiveModel, then', 'archive it first with retort archive, then'],
    ['There is no deployment "deployVersion".', 'There is no deployment "deployVersion".'],
    ['No model my-deadlineMs and no deadlineMsx', 'No model my-deadlineMs and no deadlineMsx'],
  ])('stand for those of the API: %s', (message, own) => {
    expect(inOwnWords(message)).toBe(own);
  });
});
