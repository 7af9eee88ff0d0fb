import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRows, type FileFormat, type FileRow } from '../../src/datafiles/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { ask, refusal, succeed } from './support/ask.js';
import { batch, overJob, sendFile, START_BATCH, startBatch } from './support/file-steps.js';
import { cancelJob, jobOf, pauseJob, resumeJob, type Job } from './support/job-steps.js';

const NUCLIDES = 'binding-energy@1';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ kind: 'embedded', examples: true });
  await app.app.ready;
});
afterAll(() => app.close());

async function valuesOf(instances: readonly unknown[], version = NUCLIDES): Promise<unknown[]> {
  const { predict } = await ask<{ predict: { predictions: { value: unknown }[] } }>(
    app,
    'mutation ($input: PredictInput!) { predict(input: $input) { predictions { value } } }',
    { input: { version, instances } },
  );
  return predict.predictions.map(({ value }) => value);
}

async function rowsOf(response: Response, format: FileFormat): Promise<FileRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'retort-result-'));
  try {
    const path = join(folder, 'result');
    await writeFile(path, Buffer.from(await response.arrayBuffer()));
    const rows: FileRow[] = [];
    for await (const row of openRows(path, { format })) rows.push(row);
    return rows;
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('a batch prediction', () => {
  it('answers a row for each of a table, with its other columns, in their order, and those that failed too', async () => {
    const [iron] = await valuesOf([{ z: 26, n: 30 }]);
    const { job, text, response } = await batch(
      app,
      'label;Z;N;value\n"iron; 56";26;30;a\nragged;1\nno number;x;3;b\nbeyond;1;999;c\n',
      { version: NUCLIDES, format: 'CSV', outputFormat: 'CSV' },
    );
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toBe('label,Z,N,value,value_2,unit,warnings,error');
    expect(lines).toHaveLength(5);
    expect(lines[1]).toBe(`iron; 56,26,30,a,${String(iron)},MeV,,`);
    expect(lines[2]).toContain('UNREADABLE_ROW: Line 3: It has 2 cells: expected 4');
    expect(lines[3]).toMatch(/^no number,x,3,b,,,,.*INVALID_INSTANCE/);
    expect(job).toMatchObject({
      state: 'SUCCEEDED',
      progress: { done: 4, total: 4, share: 1 },
      result: { version: NUCLIDES, rows: 4, format: 'CSV', taken: ['cells divided by semicolons'] },
    });
    expect(job.progress.failed).toBe((job.result?.errors as unknown[]).length);
    expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  });

  it('reads and writes every format, packed or not', async () => {
    const [iron, nickel] = await valuesOf([
      { z: 26, n: 30 },
      { z: 28, n: 34 },
    ]);
    const csv = 'z,n,note\n26,30,Fe\n28,34,\n';
    const parquet = await batch(app, gzipSync(csv), {
      version: NUCLIDES,
      format: 'CSV',
      outputFormat: 'PARQUET',
    });
    expect(await rowsOf(parquet.response, 'PARQUET')).toMatchObject([
      { row: { z: '26', note: 'Fe', value: iron, unit: 'MeV', error: null } },
      { row: { z: '28', value: nickel } },
    ]);
    expect(parquet.job.result?.columns).toEqual(['z', 'n', 'note', 'value', 'unit', 'warnings', 'error']);
    const again = await batch(
      app,
      Buffer.from(await (await fetch(`${app.url}${parquet.job.resultUrl ?? ''}`)).arrayBuffer()),
      {
        version: NUCLIDES,
        format: 'PARQUET',
        columns: { z: 'z' },
        outputFormat: 'JSONL',
      },
    );
    const lines = again.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toMatchObject([{ value_2: iron, error_2: null }, { value_2: nickel }]);

    const jsonl = '{"z":26,"n":30,"id":7}\nnot json\n{"z":28}\n';
    const table = await batch(app, jsonl, { version: NUCLIDES, format: 'JSONL', outputFormat: 'TSV' });
    const [header, first, second, third] = table.text.split('\n');
    expect(header).toBe('z\tn\tid\tvalue\tunit\twarnings\terror');
    expect(first).toBe(`26\t30\t7\t${String(iron)}\tMeV\t\t`);
    expect(second).toContain('UNREADABLE_ROW');
    expect(third).toContain('INVALID_');
  });

  it('reads molecules from SDF and SMILES with their names', async () => {
    const version = 'esol@1';
    const [ethanol] = await valuesOf(['CCO'], version);
    const smi = await batch(app, 'CCO ethyl alcohol\nC1CC nothing\n', { version, format: 'SMI' });
    const lines = smi.text.trimEnd().split('\n');
    expect(lines[0]).toBe('smiles\tname\tvalue\tunit\twarnings\terror');
    expect(lines[1]).toMatch(new RegExp(`^CCO\tethyl alcohol\t${String(ethanol)}\t`));
    expect(lines[2]).toContain('INVALID_SMILES');
    const molblock =
      'ethanol\n  test\n\n  3  2  0  0  0  0  0  0  0  0999 V2000\n' +
      ['C', 'C', 'O']
        .map((atom) => `    0.0000    0.0000    0.0000 ${atom}   0  0  0  0  0  0  0  0  0  0  0  0\n`)
        .join('') +
      '  1  2  1  0\n  2  3  1  0\nM  END\n';
    const sdf = await batch(app, `${molblock}> <id>\n7\n\n$$$$\nbroken\n$$$$\n`, { version, format: 'SDF' });
    const records = await rowsOf(sdf.response, 'SDF');
    expect(records).toMatchObject([
      { row: { name: 'ethanol', id: '7', value: String(ethanol) } },
      { row: { error: expect.stringContaining('UNREADABLE_ROW') } },
    ]);
  });

  it('refuses at once what cannot be answered, saying what the file has', async () => {
    const { digest } = await sendFile(app, 'zz,n\n1,2\n');
    const empty = await sendFile(app, '\n');
    const input = { version: NUCLIDES, artifact: digest, format: 'CSV' };
    const refused = (more: object) => refusal(app, START_BATCH, { input: { ...input, ...more } });
    expect(await refused({})).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
      message: expect.stringContaining('has no column "z": it has "zz", "n"'),
    });
    expect(await refused({ columns: { z: 'zz', m: 'n' } })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await refused({ columns: ['z'] })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await refused({ format: 'PARQUET' })).toMatchObject({ code: 'UNREADABLE_FILE' });
    expect(await refused({ artifact: empty.digest })).toMatchObject({ code: 'UNREADABLE_FILE' });
    expect(await refused({ artifact: `sha256:${'0'.repeat(64)}` })).toMatchObject({ code: 'FILE_NOT_FOUND' });
    expect(await refused({ artifact: 'x' })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await refused({ version: null })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await refused({ version: null, deployment: 'nobody' })).toMatchObject({
      code: 'DEPLOYMENT_NOT_FOUND',
    });
    expect(await refused({ outputFormat: 'SDF' })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await refused({ level: 1, columns: { z: 'zz' } })).toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('of a file without rows has a header', async () => {
    const { text, job } = await batch(app, 'z,n\n', { version: NUCLIDES, format: 'CSV' });
    expect(text).toBe('z,n,value,unit,warnings,error\n');
    expect(job.progress).toMatchObject({ done: 0, total: 0, failed: 0 });
  });

  it('is held, goes on, and is ended, beside another of the same model', async () => {
    const count = 40_000;
    const file = `z,n\n${Array.from({ length: count }, (_, index) => `${26 + (index % 40)},${30 + (index % 50)}`).join('\n')}\n`;
    const input = { deployment: 'binding-energy', format: 'CSV' };
    const first = await startBatch(app, file, input);
    const second = await startBatch(app, file, { ...input, outputFormat: 'JSONL' });
    await succeed(app, pauseJob, { input: { id: first.id } });
    expect(await jobOf(app, first.id)).toMatchObject({ state: 'PAUSED', resultUrl: null });
    expect((await fetch(`${app.url}/jobs/${first.id}/result`)).status).toBe(404);
    await succeed(app, resumeJob, { input: { id: first.id } });
    const done = [await overJob(app, first.id), await overJob(app, second.id)];
    expect(done).toMatchObject([
      { state: 'SUCCEEDED', progress: { done: count } },
      { state: 'SUCCEEDED', progress: { done: count } },
    ]);
    const text = await (await fetch(`${app.url}${done[0]?.resultUrl ?? ''}`)).text();
    const rows = text.trimEnd().split('\n');
    expect(rows).toHaveLength(count + 1);
    for (const index of [0, 1, 20_000, count - 1])
      expect(rows[index + 1]).toMatch(new RegExp(`^${26 + (index % 40)},${30 + (index % 50)},`));

    const part = await fetch(`${app.url}${done[0]?.resultUrl ?? ''}`, { headers: { range: 'bytes=2-9' } });
    expect([part.status, await part.text()]).toEqual([206, text.slice(2, 10)]);
    const beyond = await fetch(`${app.url}${done[0]?.resultUrl ?? ''}`, {
      headers: { range: `bytes=${text.length}-` },
    });
    expect(beyond.status).toBe(416);

    const third = await startBatch(app, file, input);
    await until(async () => (await jobOf(app, third.id)).state === 'RUNNING');
    await succeed(app, cancelJob, { input: { id: third.id } });
    expect(await overJob(app, third.id)).toMatchObject({ state: 'CANCELLED' });
  });
});

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}

describe('a server with little room for files', () => {
  let small: TestApp;
  beforeAll(async () => {
    small = await startTestApp({ kind: 'embedded', examples: true, config: { jobBytes: 6_000 } });
    await small.app.ready;
  });
  afterAll(() => small.close());

  it('refuses a file that is larger than all of it, and one that does not fit beside the others', async () => {
    expect(await sendFile(small, 'x'.repeat(6_001))).toMatchObject({ status: 413, code: 'FILE_TOO_LARGE' });
    expect(await sendFile(small, `z,n\n${'26,30\n'.repeat(500)}`)).toMatchObject({ status: 201 });
    expect(await sendFile(small, 'y'.repeat(4_000))).toMatchObject({ status: 507, code: 'STORAGE_FULL' });
  });

  it('keeps what a job has written when there is no room for more, and tries again', async () => {
    const digest = digestOf(`z,n\n${'26,30\n'.repeat(500)}`);
    const input = { artifact: digest, version: NUCLIDES, format: 'CSV' };
    const { job } = await succeed<{ job: Job }>(small, START_BATCH, { input });
    await until(async () =>
      (await jobOf(small, job.id)).log.some(({ message }) => message.includes('tried again')),
    );
    const part = await fetch(`${small.url}/jobs/${job.id}/result?partial=true`);
    expect(part.status).toBe(200);
    await succeed(small, cancelJob, { input: { id: job.id } });
  });
});

describe('POST /files', () => {
  it('answers the digest of what was sent, and 200 when it was there already', async () => {
    const first = await sendFile(app, 'a,b\n1,2\n');
    expect(first).toMatchObject({
      status: 201,
      size: 8,
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(await sendFile(app, 'a,b\n1,2\n')).toMatchObject({ status: 200, digest: first.digest });
    const form = await fetch(`${app.url}/files`, { method: 'POST', body: new URLSearchParams({ a: 'b' }) });
    expect(form.status).toBe(415);
  });
});
