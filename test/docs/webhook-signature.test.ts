import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { signatureOf } from '../../src/monitoring/alerts/webhooks/signature.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { childEnvironment } from '../support/child-environment.js';

const run = promisify(execFile);
const SECRET = 'a-secret-of-24-characters';
const BODY = '{"rule":{"name":"Ünïcode"},"alerts":[]}';

const hasPython = spawnSync('python3', ['--version']).status === 0;

/** What docs/monitoring.md tells receivers to do, run as it stands there. */
describe('the check of a signature in the documentation', () => {
  let folder: string;
  let blocks: Map<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retort-signature-'));
    const text = await readFile(join(packageRoot, 'docs/monitoring.md'), 'utf8');
    blocks = new Map(
      [...text.matchAll(/^```(js|python)\n([\s\S]*?)^```/gm)].map(([, kind = '', code = '']) => [kind, code]),
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  const now = Date.now();
  const good = signatureOf(SECRET, BODY, now);
  const cases = [
    { why: 'what was signed', header: good, body: BODY, secret: SECRET, is: true },
    { why: 'another body', header: good, body: `${BODY} `, secret: SECRET, is: false },
    { why: 'another secret', header: good, body: BODY, secret: `${SECRET}!`, is: false },
    {
      why: 'an old one',
      header: signatureOf(SECRET, BODY, now - 600_000),
      body: BODY,
      secret: SECRET,
      is: false,
    },
    {
      why: 'another time',
      header: good.replace(/t=\d+/, `t=${Math.floor(now / 1_000) + 1}`),
      body: BODY,
      secret: SECRET,
      is: false,
    },
    { why: 'a short one', header: good.slice(0, -2), body: BODY, secret: SECRET, is: false },
    { why: 'none', header: 't=1', body: BODY, secret: SECRET, is: false },
  ];
  const given = JSON.stringify(cases.map(({ header, body, secret }) => ({ header, body, secret })));
  const expected = cases.map(({ is }) => is);

  it('in Node', async () => {
    await writeFile(join(folder, 'check.mjs'), blocks.get('js') ?? '');
    await writeFile(
      join(folder, 'run.mjs'),
      `import { isFromRetort } from './check.mjs';
       const cases = JSON.parse(process.argv[2]);
       console.log(JSON.stringify(cases.map(({ header, body, secret }) => isFromRetort(header, Buffer.from(body), secret))));`,
    );
    const { stdout } = await run(process.execPath, [join(folder, 'run.mjs'), given], {
      env: childEnvironment(),
    });
    expect(JSON.parse(stdout)).toEqual(expected);
  });

  (hasPython ? it : it.skip)('in Python (needs python3)', async () => {
    await writeFile(join(folder, 'check.py'), blocks.get('python') ?? '');
    await writeFile(
      join(folder, 'run.py'),
      `import json, sys
from check import is_from_retort
cases = json.loads(sys.argv[1])
print(json.dumps([is_from_retort(c["header"], c["body"].encode(), c["secret"]) for c in cases]))`,
    );
    const { stdout } = await run('python3', [join(folder, 'run.py'), given], { env: childEnvironment() });
    expect(JSON.parse(stdout)).toEqual(expected);
  });
});
