import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../src/platform/package-root.js';
import { childEnvironment } from '../support/child-environment.js';

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the check as CI does; with other folders where arguments say so. */
function check(...args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(packageRoot, 'scripts/schema-check.mjs'), ...args],
      { cwd: packageRoot, env: childEnvironment() },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
}

describe('npm run schema:check', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retort-schema-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** The schema with one text replaced by another. */
  async function edited(name: string, file: string, from: string, to: string): Promise<string> {
    const copy = join(folder, name);
    await cp(join(packageRoot, 'schema'), copy, { recursive: true });
    const before = await readFile(join(copy, file), 'utf8');
    expect(before.split(from)).toHaveLength(2);
    await writeFile(join(copy, file), before.replace(from, to));
    return copy;
  }

  it('finds that the schema keeps what the last release promised', async () => {
    const { code, stdout, stderr } = await check();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/none breaking/);
  });

  it.each([
    {
      change: 'a field that is gone',
      file: 'inference.graphql',
      from: '  "How many rows ran together."\n  batchSize: Int!\n',
      to: '',
      path: 'Timing.batchSize',
    },
    {
      change: 'a value of an enum that is gone',
      file: 'migrations.graphql',
      from: '  "Load the new version beside the old one and hold until somebody approves."\n  BLUE_GREEN\n',
      to: '',
      path: 'MigrationStrategy.BLUE_GREEN',
    },
    {
      change: 'an input that is required now',
      file: 'inference.graphql',
      from: '  "The outputs to answer; all when left out."\n  outputs: [String!]\n',
      to: '  "The outputs to answer."\n  outputs: [String!]!\n',
      path: 'InferInput.outputs',
    },
    {
      change: 'another default',
      file: 'migrations.graphql',
      from: 'strategy: MigrationStrategy! = IMMEDIATE',
      to: 'strategy: MigrationStrategy! = CANARY',
      path: 'FollowAliasInput.strategy',
    },
  ])('refuses $change', async ({ change, file, from, to, path }) => {
    const schema = await edited(change.replaceAll(' ', '-'), file, from, to);
    const { code, stderr } = await check('--schema', schema);
    expect(code).toBe(1);
    expect(stderr.split('\n').filter((line) => line.startsWith('- '))).toEqual([
      expect.stringContaining(`- ${path}: `),
    ]);
  });

  it('takes a field more, and a snapshot that was renewed after a removal', async () => {
    const more = await edited(
      'more',
      'inference.graphql',
      '  "How many rows ran together."\n',
      '  "Another."\n  another: Int\n  "How many rows ran together."\n',
    );
    expect((await check('--schema', more)).code).toBe(0);

    const released = join(folder, 'renewed.graphql');
    expect((await check('--schema', more, '--released', released, '--renew')).code).toBe(0);
    const { code, stderr } = await check('--released', released);
    expect(code).toBe(1);
    expect(stderr).toContain('Timing.another');
  });
});
