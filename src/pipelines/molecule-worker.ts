import { parentPort, workerData } from 'node:worker_threads';
import type {
  MoleculeBatch,
  MoleculeRow,
  MoleculeWorkerData,
  WorkerMessage,
} from './molecules/molecule-messages.js';
import { RdkitReader } from './molecules/rdkit-reader.js';

// Entry of the thread that runs RDKit; molecules/molecule-worker-client.ts starts it.
const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread');

const progress = new Int32Array((workerData as MoleculeWorkerData).progress);
const send = (message: WorkerMessage) => {
  port.postMessage(message);
};

let reader = await RdkitReader.load();

async function readBatch({ id, smiles, needs }: MoleculeBatch): Promise<void> {
  const rows: MoleculeRow[] = [];
  for (const [index, text] of smiles.entries()) {
    Atomics.store(progress, 0, index);
    try {
      rows.push(reader.read(text, needs));
    } catch {
      // An exception out of WebAssembly (a chain of 1,000 carbons overflows its stack) leaves the module's memory
      // in an unknown state in which every later call fails: only a new instance is safe.
      rows.push({ readable: false, reason: 'CRASHED' });
      reader = await RdkitReader.load();
    }
  }
  Atomics.store(progress, 0, smiles.length);
  send({ type: 'rows', id, rows });
}

port.on('message', (batch: MoleculeBatch) => void readBatch(batch));
send({ type: 'ready' });
