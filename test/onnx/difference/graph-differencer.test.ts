import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DamagedGraph, GraphDifferencer, type StoredGraph } from '../../../src/onnx/index.js';
import { modelWriter } from '../../../src/onnx/onnx-schema.js';
import { DomainError } from '../../../src/platform/errors.js';
import { ModelFolder, perceptron } from '../awkward-models.js';

const entry = new URL('../../../dist/src/onnx/difference/graph-difference-child.js', import.meta.url);
const MEBIBYTE = 2 ** 20;
const NO_DIGEST = `sha256:${'0'.repeat(64)}`;
/** Of 2^20 floats each: 112 MiB of weights. */
const TENSORS = 28;

let folder: ModelFolder;
let differencer: GraphDifferencer;
let large: { base: StoredGraph; target: StoredGraph };
beforeAll(async () => {
  folder = await ModelFolder.create();
  large = {
    base: await stored(await folder.file(largeModel())),
    target: await stored(await folder.file(largeModel([0, TENSORS - 1]))),
  };
});
afterAll(async () => folder[Symbol.asyncDispose]());
beforeEach(() => void (differencer = new GraphDifferencer()));
afterEach(async () => differencer.close());

/** x + w0 + w1 + …, all zero but for one 8 in those that changed. GraphBuilder would take a minute for so many numbers. */
function largeModel(changed: readonly number[] = []): Uint8Array {
  const zeros = new Uint8Array(4 * MEBIBYTE);
  const eight = Buffer.from(zeros);
  eight.writeFloatLE(8, 4_000);
  const places = Array.from({ length: TENSORS }, (_, index) => index);
  const type = { tensor_type: { elem_type: 1, shape: { dim: [{ dim_value: MEBIBYTE }] } } };
  return modelWriter
    .encode({
      ir_version: 8,
      opset_import: [{ version: 17 }],
      graph: {
        name: 'large',
        node: places.map((index) => ({
          op_type: 'Add',
          input: [index === 0 ? 'x' : `y${index - 1}`, `w${index}`],
          output: [index === TENSORS - 1 ? 'y' : `y${index}`],
        })),
        input: [{ name: 'x', type }],
        output: [{ name: 'y', type }],
        initializer: places.map((index) => ({
          name: `w${index}`,
          dims: [MEBIBYTE],
          data_type: 1,
          raw_data: changed.includes(index) ? eight : zeros,
        })),
      },
    })
    .finish();
}

async function stored(path: string): Promise<StoredGraph> {
  const bytes = await readFile(path);
  return { path, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
}

/** A file that nobody ever writes to: opening it takes for ever. */
async function pipe(): Promise<StoredGraph> {
  const path = join(folder.directory, `${pipes++}.pipe`);
  await promisify(execFile)('mkfifo', [path]);
  return { path, digest: NO_DIGEST };
}
let pipes = 0;

const never = new AbortController().signal;

/** Children of this process that run the comparison's entry, by their ids. */
async function children(): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [status, command] = await Promise.all([
        readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''),
        readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => ''),
      ]);
      const [, parent] = status.slice(status.lastIndexOf(')') + 2).split(' ');
      return Number(parent) === process.pid && command.includes('graph-difference-child');
    }),
  );
  return pids.map(Number).filter((_, index) => found[index]);
}

describe('GraphDifferencer', () => {
  it('compares graphs of over a hundred megabytes and lets others run meanwhile', async () => {
    const sizes = await Promise.all([stat(large.base.path), stat(large.target.path)]);
    const total = sizes.reduce((sum, { size }) => sum + size, 0);
    expect(total).toBeGreaterThan(220 * MEBIBYTE);

    const state = { running: true };
    const comparison = differencer
      .compare(large.base, large.target, never)
      .finally(() => (state.running = false));
    let turns = 0;
    while (state.running) {
      await nextTurn();
      turns += 1;
    }
    const difference = await comparison;

    // Whoever blocked the event loop until the answer is there would leave one turn or two.
    expect(turns).toBeGreaterThan(20);
    expect(difference.initializers.totals).toMatchObject({
      base: TENSORS,
      unchanged: TENSORS - 2,
      changed: 2,
    });
    expect(difference.initializers.differences).toMatchObject(
      ['w0', `w${TENSORS - 1}`].map((name) => ({
        name,
        difference: { changed: 1, elements: MEBIBYTE, largest: 8, mean: 8 / MEBIBYTE },
      })),
    );
  });

  it('reads them in a fraction of their size', async () => {
    const child = fork(fileURLToPath(entry), [], { execArgv: [], serialization: 'advanced' });
    const answered = new Promise<{ type: string }>((resolve, reject) => {
      child.once('message', (message) => resolve(message as { type: string }));
      child.once('exit', () => reject(new Error('The child ended without an answer')));
    });
    child.send(large);
    expect((await answered).type).toBe('compared');
    // The most it ever held. It lives until the channel is closed.
    const status = await readFile(`/proc/${String(child.pid)}/status`, 'utf8');
    const [, kibibytes] = /VmHWM:\s+(\d+) kB/.exec(status) ?? [];
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    await exited;
    // Node itself takes some 50 MB; a single one of the files in memory would be 112 MiB more.
    expect(Number(kibibytes) / 1024).toBeLessThan(150);
  });

  it('ends the child of a caller who leaves, lets the next begin, and never begins what left before its turn', async () => {
    const file = await stored(await folder.file(perceptron()));
    const gone = new DomainError('DEADLINE_EXCEEDED', 'The caller disconnected.');
    const [first, second] = [new AbortController(), new AbortController()];
    const endless = await pipe();
    const outcomes = Promise.allSettled([
      differencer.compare(endless, endless, first.signal),
      differencer.compare(endless, endless, second.signal),
    ]);
    const third = differencer.compare(file, file, never);
    while ((await children()).length === 0) await nextTurn();
    // Others have asked too, and wait.
    expect(await children()).toHaveLength(1);
    second.abort(gone);
    first.abort(gone);
    expect(await outcomes).toEqual([
      { status: 'rejected', reason: gone },
      { status: 'rejected', reason: gone },
    ]);
    expect((await third).nodes.totals.unchanged).toBe(3);
    // The one that answered, and none of those that did not.
    expect(await children()).toHaveLength(1);
  });

  it('gives up on what takes longer than allowed', async () => {
    const hasty = new GraphDifferencer({ timeoutMs: 100 });
    const endless = await pipe();
    await expect(hasty.compare(endless, endless, never)).rejects.toMatchObject({
      code: 'UNSUPPORTED_MODEL',
      message: 'Expected the two graphs to be compared within 0.1 s, got no answer',
    });
    expect(await children()).toEqual([]);
    await hasty.close();
  });

  it('finds a file that is not what its digest says, and compares nothing', async () => {
    const [whole, damaged] = [
      await stored(await folder.file(perceptron())),
      await stored(await folder.file('a')),
    ];
    await writeFile(damaged.path, 'b');
    const found = new DamagedGraph(damaged.digest ?? '', (await stored(damaged.path)).digest ?? '');
    await expect(differencer.compare(whole, damaged, never)).rejects.toEqual(found);
    await expect(differencer.compare(damaged, whole, never)).rejects.toEqual(found);
  });

  it('leaves its process to the next comparison, and begins another when that one has ended', async () => {
    const file = await stored(await folder.file(perceptron()));
    await differencer.compare(file, file, never);
    const first = await children();
    expect(first).toHaveLength(1);
    await differencer.compare(file, file, never);
    expect(await children()).toEqual(first);
    process.kill(first[0] ?? 0, 'SIGKILL');
    while ((await children()).length > 0) await nextTurn();
    expect((await differencer.compare(file, file, never)).nodes.totals.unchanged).toBe(3);
    await differencer.close();
    expect(await children()).toEqual([]);
  });

  it('answers though its idle process was ended at the very moment it was asked', async () => {
    const file = await stored(await folder.file(perceptron()));
    await differencer.compare(file, file, never);
    const [idle = 0] = await children();
    process.kill(idle, 'SIGSTOP');
    const asked = differencer.compare(file, file, never);
    await nextTurn();
    process.kill(idle, 'SIGKILL');
    expect((await asked).nodes.totals.unchanged).toBe(3);
  });

  it('says what is no model, and names no path of the server', async () => {
    const text = await stored(await folder.file('no model'));
    const refusal = differencer.compare(text, text, never);
    await expect(refusal).rejects.toMatchObject({ code: 'INVALID_MODEL' });
    await expect(refusal).rejects.not.toMatchObject({ message: expect.stringContaining(folder.directory) });
    await expect(
      differencer.compare({ ...text, path: `${text.path}.gone` }, text, never),
    ).rejects.toMatchObject({
      code: 'INTERNAL',
      message: 'The graphs could not be compared',
    });
  });

  it('ends what runs and what waits when it is closed', async () => {
    const closing = new GraphDifferencer();
    const endless = await pipe();
    const outcomes = Promise.allSettled([
      closing.compare(endless, endless, never),
      closing.compare(endless, endless, never),
    ]);
    await closing.close();
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'UNAVAILABLE' } });
    await expect(closing.compare(large.base, large.target, never)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});
