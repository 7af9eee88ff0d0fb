import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { SecretsFile, parseSecrets } from '../../src/platform/secrets-file.js';

describe('a file of secrets', () => {
  it.each([
    { how: 'JSON', text: '{"one": "first-value", "two": "second"}' },
    { how: 'lines', text: 'one=first-value\ntwo=second\n' },
    {
      how: 'lines as a shell reads them',
      text: '# mine\r\nexport one="first-value"\r\n\r\ntwo = \'second\'',
    },
    { how: 'JSON with a byte order mark', text: '\uFEFF{"one": "first-value", "two": "second"}' },
  ])('reads $how', ({ text }) => {
    expect([...parseSecrets(text)]).toEqual([
      ['one', 'first-value'],
      ['two', 'second'],
    ]);
  });

  it('keeps an equals sign within a value', () => {
    expect(parseSecrets('key=YWJj==').get('key')).toBe('YWJj==');
  });

  it.each([
    { text: '{"key": "hunter2"', says: 'no valid JSON' },
    { text: '{"key": 17}', says: 'entry 1: Expected a text' },
    { text: 'fine=x\nhunter2', says: 'line 2: Expected NAME=value.' },
    { text: 'hun ter2=x', says: 'line 1: Expected a name' },
    { text: 'key=', says: 'line 1: the secret key is empty' },
    { text: 'key=hunter2\nkey=hunter2', says: 'line 2: the secret key is there twice' },
  ])('says what is wrong and never what stands there: $says', ({ text, says }) => {
    const fault = (() => {
      try {
        parseSecrets(text);
        return '';
      } catch (error) {
        return String(error);
      }
    })();
    expect(fault).toContain(says);
    expect(fault).not.toContain('ter2');
  });
});

describe('reading it', () => {
  let folder: string;
  let file: string;
  let lines: string[];
  const logger = () => pino({ level: 'warn' }, { write: (line: string) => lines.push(line) });
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retort-secrets-'));
    file = join(folder, 'secrets');
    lines = [];
  });
  afterEach(() => rm(folder, { recursive: true }));
  const write = async (text: string, mode = 0o600) => {
    await writeFile(file, text);
    await chmod(file, mode);
  };

  it('reads it again when it has changed, and keeps nothing of before', async () => {
    await write('one=first-value');
    const secrets = new SecretsFile(file, logger());
    await secrets.open();
    expect(await secrets.find('one')).toBe('first-value');
    await write('two=second-value!');
    expect(await secrets.find('one')).toBeNull();
    expect(await secrets.names()).toEqual(['two']);
    expect(lines).toEqual([]);
  });

  it('warns of a file that others can read, once, without a value', async () => {
    await write('one=hunter2', 0o644);
    const secrets = new SecretsFile(file, logger());
    await secrets.open();
    await secrets.names();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('chmod 600');
    expect(lines[0]).not.toContain('hunter2');
  });

  it('does not let a server start with a file that is not there, or means nothing', async () => {
    await expect(new SecretsFile(file, logger()).open()).rejects.toThrow(
      'RETORT_SECRETS_FILE: the file of secrets cannot be read (ENOENT).',
    );
    await write('hunter2');
    await expect(new SecretsFile(file, logger()).open()).rejects.toThrow(
      'RETORT_SECRETS_FILE: line 1: Expected NAME=value.',
    );
    await expect(new SecretsFile(folder, logger()).open()).rejects.toThrow('is not a file');
  });

  it('has none where none is named', async () => {
    const secrets = new SecretsFile(undefined, logger());
    await secrets.open();
    expect(secrets.isConfigured).toBe(false);
    expect(await secrets.names()).toEqual([]);
  });
});
