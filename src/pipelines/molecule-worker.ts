import { parentPort, workerData } from 'node:worker_threads';
import { PROGRESS_ROW, PROGRESS_STOP } from './molecules/molecule-messages.js';
import type {
  MoleculeBatch,
  MoleculeRow,
  MoleculeWorkerData,
  WorkerMessage,
} from './molecules/molecule-messages.js';
import { RdkitReader } from './molecules/rdkit-reader.js';

// Entry of the thread that runs RDKit; molecules/molecule-thread.ts starts it.
const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread');

/** A turn ends after this long, so that others get theirs; one molecule may take longer. */
const TURN_MS = 100;
/** Most drug-like molecules are shorter, and need no message of their own. */
const LONG_TEXT = 150;

const progress = new Int32Array((workerData as MoleculeWorkerData).progress);
const send = (message: WorkerMessage) => {
  port.postMessage(message);
};

let reader = await RdkitReader.load();

async function readBatch({ id, smiles, needs }: MoleculeBatch): Promise<void> {
  let rows: MoleculeRow[] = [];
  let done = 0;
  const flush = (isLast: boolean) => {
    done += rows.length;
    send({ type: 'rows', id, rows, isLast });
    rows = [];
  };
  const end = performance.now() + TURN_MS;
  for (const [index, text] of smiles.entries()) {
    if (Atomics.load(progress, PROGRESS_STOP) === 1 || (index > 0 && performance.now() > end)) break;
    // What hangs RDKit takes some text. If this one does, those before it are not lost with the thread.
    if (rows.length > 0 && text.length > LONG_TEXT) flush(false);
    Atomics.store(progress, PROGRESS_ROW, index);
    try {
      await reader.prepare(needs);
      rows.push(reader.read(text, needs));
    } catch {
      // An exception out of WebAssembly (a chain of 1,000 carbons overflows its stack) leaves the module's memory
      // in an unknown state in which every later call fails: only a new instance is safe.
      rows.push({ readable: false, reason: 'CRASHED' });
      reader = await RdkitReader.load();
    }
  }
  // What comes now is no molecule's fault.
  Atomics.store(progress, PROGRESS_ROW, done + rows.length);
  flush(true);
}

port.on('message', (batch: MoleculeBatch) => void readBatch(batch));
send({ type: 'ready' });
