import { MoleculeWorker } from '../../src/pipelines/index.js';

/** RDKit takes longer to start than all the molecules of most suites to read, and remembers nothing of them. */
export const sharedMolecules = new MoleculeWorker();
