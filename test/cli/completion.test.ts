import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { splitLine } from '../../cli/completion/split-line.js';
import { retort as run } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

const execute = promisify(execFile);

describe('a line as it is typed', () => {
  it.each([
    ['retort', ['retort']],
    ['retort ', ['retort', '']],
    ['retort  show es', ['retort', 'show', 'es']],
    ['retort push "my model.onnx" --mo', ['retort', 'push', 'my model.onnx', '--mo']],
    [`retort push 'it''s' a\\ b "c`, ['retort', 'push', 'its', 'a b', 'c']],
  ])('%s', (line, words) => expect(splitLine(line)).toEqual(words));
});

describe('completion', () => {
  let server: CliServer;
  beforeAll(async () => {
    server = await startCliServer({ examples: true });
  });
  afterAll(async () => server.close());
  const suggestions = async (...words: string[]) => {
    const { code, stdout, stderr } = await run(['--complete-words', ...words], { url: server.app.url });
    expect([code, stderr]).toEqual([0, '']);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t', 1)[0]);
  };

  it('offers commands, options, choices and names from the server', async () => {
    expect(await suggestions('ro')).toEqual(['rollback']);
    expect(await suggestions('rollback', '')).toEqual(['alias', 'deployment']);
    expect(await suggestions('push', 'a', '--dom')).toEqual(['--domain']);
    expect(await suggestions('push', 'a', '--domain', 'c')).toEqual(['chemistry']);
    expect(await suggestions('push', '')).toEqual([':files']);
    expect(await suggestions('list', 'versions', 'e')).toEqual(['esol']);
    expect(await suggestions('deploy', 'es')).toEqual(['esol@']);
    expect(await suggestions('tag', '--reason', 'a b', 'esol@p')).toEqual(['esol@production']);
    expect(await suggestions('alias', 'esol', '')).toEqual(['production']);
    expect(await suggestions('rollback', 'alias', 'esol', 'production', '--to', 'v1')).toEqual(['v1.0.0']);
    expect(await suggestions('migrate', 'lenn')).toEqual(['lennard-jones']);
    expect(await suggestions('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('is silent when the server is away', async () => {
    const { code, stdout, stderr } = await run(['--complete-words', 'show', 'e'], {
      url: 'http://127.0.0.1:9',
    });
    expect([code, stdout, stderr]).toEqual([0, '', '']);
  });

  it('works in bash, which cuts words at @', async () => {
    const { stdout: script } = await run(['completion', 'bash']);
    // What bash does when Tab is pressed; `compopt` works only then.
    const press = `
      retort() { "${process.execPath}" dist/cli/main.js "$@"; }
      compopt() { :; }
      ${script}
      COMP_LINE='retort show esol@prod' COMP_POINT=21 _retort retort prod @
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await execute('bash', ['-c', press], {
      env: { PATH: process.env.PATH, RETORT_URL: server.app.url },
    });
    expect(stdout).toBe('production\n');
  });
});
