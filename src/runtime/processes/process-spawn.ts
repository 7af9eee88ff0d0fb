import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compiledEntry } from '../../platform/children/compiled-entry.js';
import { childEnvironment } from '../../platform/children/child-environment.js';
import { endWithServer } from '../../platform/children/orphan-guard.js';
import { limitedNode, NODE_DATA_BYTES } from '../../platform/children/process-limits.js';

/** The socket between server and child, in the child. */
export const RUNNER_FD = 3;

/** What a small heap needs; weights and tensors lie outside of it. */
const LEAN = ['--max-semi-space-size=1', '--v8-pool-size=0'];

/** What the runtime may need to find its devices and libraries; no other variable of the server reaches a child. */
const PASSED_ON = ['PATH', 'LD_LIBRARY_PATH', 'CUDA_VISIBLE_DEVICES', 'NVIDIA_VISIBLE_DEVICES', 'SystemRoot'];

/**
 * Starts a process that runs one model. Its third pipe is the connection; its errors can be read, nothing else.
 * @param maxMemoryBytes beside what Node.js takes for itself; undefined for no limit
 */
export function spawnRunner(maxMemoryBytes: number | undefined): ChildProcess {
  const entry = fileURLToPath(compiledEntry(import.meta.url, './run-child.js'));
  const { execPath, execArgv } =
    maxMemoryBytes === undefined
      ? { execPath: process.execPath, execArgv: LEAN }
      : limitedNode({ dataBytes: maxMemoryBytes + NODE_DATA_BYTES }, LEAN);
  const child = spawn(execPath, [...execArgv, entry], {
    env: { ...childEnvironment(PASSED_ON), ORT_DISABLE_TELEMETRY: '1', UV_THREADPOOL_SIZE: '1' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  endWithServer(child);
  return child;
}
