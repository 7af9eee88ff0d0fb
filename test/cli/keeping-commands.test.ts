import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { retort as run, retortJson as runJson, type RunOptions } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

const KEY = 'a-key-of-this-suite';

describe('keeping models and servers, from the command line', () => {
  let server: CliServer;
  let home: string;
  beforeAll(async () => {
    server = await startCliServer({ examples: true, config: { apiKey: KEY } });
    home = await mkdtemp(join(tmpdir(), 'retort-home-'));
  });
  afterAll(async () => {
    await server.close();
    await rm(home, { recursive: true, force: true });
  });
  const options = (more: RunOptions = {}): RunOptions => ({
    url: server.app.url,
    apiKey: KEY,
    cwd: server.folder,
    home,
    ...more,
  });
  const retort = (...args: string[]) => run(args, options());
  const retortJson = (...args: string[]) => runJson(args, options());

  it('updates what a model says about itself, and only that', async () => {
    const { code, document } = await retortJson(
      'update',
      'esol',
      '--title',
      'Solubility',
      '--label',
      'admet',
    );
    expect(code).toBe(0);
    expect(document).toMatchObject({
      model: { name: 'esol', title: 'Solubility', labels: ['admet'], domain: 'CHEMISTRY' },
    });
    const again = await retortJson('update', 'model', 'esol', '--no-labels');
    expect(again.document).toMatchObject({ model: { title: 'Solubility', labels: [] } });
    expect((await retort('update', 'esol')).code).toBe(2);
    expect((await retortJson('update', 'nobody', '--title', 'x')).document.error.code).toBe(
      'MODEL_NOT_FOUND',
    );
  });

  it('updates a deployment without a gap, stops it, and says so', async () => {
    const updated = await retortJson('update', 'deployment', 'lennard-jones', '--max-queue', '9');
    expect(updated).toMatchObject({ code: 0, document: { revision: { state: 'READY' } } });
    const shown = await retortJson('show', 'lennard-jones', '--deployment');
    expect(shown.document.deployment).toMatchObject({ limits: { maxQueue: 9 } });
    const stopped = await retort('undeploy', 'lennard-jones', '--reason', 'tried enough');
    expect([stopped.code, stopped.stdout]).toEqual([0, 'lennard-jones is STOPPED.\n']);
    expect((await retortJson('undeploy', 'nobody')).document.error.code).toBe('DEPLOYMENT_NOT_FOUND');
  });

  it('archives, brings back, and deletes only what is archived and said twice', async () => {
    expect((await retortJson('delete', 'lennard-jones', '--yes')).code).toBe(1);
    expect((await retort('archive', 'lennard-jones')).stdout).toMatch(
      /is archived\. Bring it back with --undo/,
    );
    expect((await retort('archive', 'lennard-jones', '--undo')).stdout).toBe('lennard-jones is back.\n');
    await retort('archive', 'lennard-jones');
    const careful = await retortJson('delete', 'lennard-jones');
    expect([careful.code, careful.document.error.message]).toEqual([
      2,
      expect.stringContaining('cannot be undone: expected --yes'),
    ]);
    expect((await retort('delete', 'lennard-jones', '--yes')).stdout).toBe('Deleted lennard-jones.\n');
    expect((await retort('show', 'lennard-jones')).code).toBe(1);
  });

  it('a refused file leaves no empty model behind', async () => {
    const broken = await server.file('broken.onnx', 'this is no model');
    const refused = await retortJson(
      'push',
      broken,
      '--model',
      'never-was',
      '--register',
      '--domain',
      'chemistry',
      '--no-source',
    );
    expect([refused.code, refused.document.error.code]).toEqual([1, 'INVALID_MODEL']);
    expect((await retortJson('show', 'never-was')).document.error.code).toBe('MODEL_NOT_FOUND');
    expect(JSON.stringify((await retortJson('list', '--archived')).document)).not.toContain('never-was');
  });

  it('infers on tensors as they are typed, and as a file has them', async () => {
    const spec = (await retortJson('show', 'esol@2')).document.version as {
      signature: { inputs: { name: string; datatype: string; shape: number[] }[] };
    };
    const [input] = spec.signature.inputs;
    const name = input?.name ?? '';
    const row = Array<number>(Number(input?.shape[1])).fill(1);
    const typed = await retortJson('infer', 'esol@2', `${name}=${JSON.stringify([row, row])}`);
    expect(typed.code).toBe(0);
    expect(typed.document).toMatchObject({
      outputs: [{ shape: [2, 1], data: [expect.any(Number), expect.any(Number)] }],
      version: 'esol@2',
    });
    const tensor = { name, datatype: input?.datatype, shape: [1, row.length], data: row };
    const file = await server.file('request.json', JSON.stringify({ inputs: [tensor] }));
    const fromFile = await retort('infer', 'esol@2', '--input', file);
    expect(fromFile.stdout).toMatch(/^OUTPUT +DATATYPE +SHAPE +DATA\n.*\n\nComputed by esol@2\.$/m);
    for (const [args, code] of [
      [['esol@2', 'gone=[[1]]'], 2],
      [['esol@2', `${name}=[[1],[1,2]]`], 2],
      [['esol@2', `${name}=[[1]`], 2],
      [['esol@2'], 2],
      [['esol@2', `${name}=[[1]]`], 1],
      [['nobody', 'x=[1]'], 1],
    ] as const)
      expect([args, (await retort('infer', ...args)).code]).toEqual([args, code]);
  });

  it('shows what happened, and follows what happens from where it stopped', async () => {
    const { document } = await retortJson('events', '--kind', 'version_published', '--limit', '2');
    const events = document.events as unknown as readonly {
      cursor: string;
      kind: string;
      modelName: string;
    }[];
    expect(events.map(({ kind }) => kind)).toEqual(['VERSION_PUBLISHED', 'VERSION_PUBLISHED']);
    const after = events.at(-1)?.cursor ?? '';
    const following = ['events', '--follow', '--json', '--kind', 'model_updated', '--after', after];
    const followed = run([...following, '--limit', '2'], options());
    await retort('update', 'binding-energy', '--title', 'Followed');
    await retort('update', 'binding-energy', '--title', 'Followed twice');
    const { code, stdout } = await followed;
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string; cursor: string });
    expect(lines.map(({ kind }) => kind)).toEqual(['MODEL_UPDATED', 'MODEL_UPDATED']);
    expect(new Set(lines.map(({ cursor }) => cursor)).size).toBe(2);
    const refused = await runJson(['events', '--follow'], options({ apiKey: 'wrong' }));
    expect([refused.code, refused.document.error.code]).toEqual([3, 'UNAUTHENTICATED']);
    const old = await runJson(['events', '--follow', '--after', 'nonsense'], options());
    expect([old.code, old.document.error.code]).toEqual([1, 'CURSOR_INVALID']);
    const gone = await runJson(['events', '--follow'], options({ url: 'http://127.0.0.1:9' }));
    expect([gone.code, gone.document.error.code]).toEqual([3, 'UNREACHABLE']);
  });

  it('remembers the server and its key where only the user can read them', async () => {
    const without: RunOptions = { home, cwd: server.folder };
    const file = join(home, '.config', 'retort', 'login.json');
    const refused = await runJson(['login', server.app.url], { ...without, stdin: 'wrong\n' });
    expect([refused.code, refused.document.error.code]).toEqual([3, 'UNAUTHENTICATED']);
    await expect(stat(file)).rejects.toThrow(/ENOENT/);

    const { code, document, stderr } = await runJson(['login', server.app.url], {
      ...without,
      stdin: `${KEY}\n`,
    });
    expect([code, document, stderr]).toEqual([0, { url: `${server.app.url}/`, key: true, file }, '']);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await run(['list'], without)).stdout).toMatch(/esol/);
    expect((await runJson(['login', '--forget'], without)).document).toEqual({ forgotten: true, file });
    await expect(stat(file)).rejects.toThrow(/ENOENT/);
  });
});
