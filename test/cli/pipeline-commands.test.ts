import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { retort as run, retortJson as runJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('pipelines, from the command line', () => {
  let server: CliServer;
  beforeAll(async () => {
    server = await startCliServer({ examples: true });
    await write('graph.json', {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1] }],
    });
    await write('good.json', pipeline('descriptors'));
    await write('bad.json', { ...pipeline('descriptrs'), domain: { source: 's', ranges: 5 } });
  });
  afterAll(() => server.close());
  const options = () => ({ url: server.app.url, cwd: server.folder });
  const retort = (...args: string[]) => run(['pipeline', ...args], options());
  const retortJson = (...args: string[]) => runJson(['pipeline', ...args], options());
  const write = (name: string, content: unknown) =>
    writeFile(join(server.folder, name), JSON.stringify(content));
  const pipeline = (step: string) => ({
    format: 2,
    instance: { smiles: { kind: 'molecule' } },
    steps: { d: { step, of: 'smiles', names: ['NumHeavyAtoms', 'NumAtoms'] } },
    inputs: { x: { of: 'd' } },
    outputs: { y: { unit: 'K' } },
  });

  it('checks one against a signature, and lists all that is wrong', async () => {
    const good = await retort('check', 'good.json', '--signature', 'graph.json');
    expect(good.stdout).toMatch(/good\.json fits[\s\S]*smiles +molecule/);
    const bad = await retort('check', 'bad.json', '--signature', 'graph.json');
    expect(bad.code).toBe(4);
    expect(bad.stdout).toMatch(/the nearest are descriptors/);
    expect(bad.stdout).toMatch(/2 faults in bad\.json/);
    expect((await retort('check', 'good.json')).code).toBe(2);
  });

  it('shows every value of an instance, and what the graph gets', async () => {
    const { document, code } = await retortJson(
      'preview',
      'good.json',
      'CCO',
      'C1CC',
      '--signature',
      'graph.json',
    );
    expect(code).toBe(4);
    expect(document).toMatchObject({
      instances: [
        {
          values: [
            { name: 'smiles', kind: 'a molecule', value: 'CCO' },
            { name: 'd', value: [3, 9], columns: ['NumHeavyAtoms', 'NumAtoms'] },
          ],
          inputs: [{ name: 'x', kind: 'FP32 of shape [1,2]', value: [[3, 9]] }],
          error: null,
        },
        { error: { code: 'INVALID_SMILES' } },
      ],
    });
  });

  it('writes a first one from a version, which fits it', async () => {
    expect((await retort('init', 'lennard-jones', '--output', 'first.json')).code).toBe(0);
    expect(JSON.parse(await readFile(join(server.folder, 'first.json'), 'utf8'))).toMatchObject({
      format: 1,
    });
    expect((await retort('check', 'first.json', '--for', 'lennard-jones')).code).toBe(0);
  });
});
