import { existsSync } from 'node:fs';

/** What Node.js and the runtime's library take for themselves before a model is loaded: 45 MB, measured, and some room. */
export const NODE_DATA_BYTES = 96 * 1024 ** 2;

/** When memory runs out, the system ends what has the higher score first: a model's process before the server. */
const OOM_SCORE_ABOVE_SERVER = 300;

const SHELL = '/bin/sh';

/**
 * Sets limits on itself and becomes the command. The data limit counts private writable memory, touched or not, from
 * Linux 4.7 on. One that the system does not know, or that a hard limit is below already, is left.
 */
const SCRIPT = `
if read -r score </proc/self/oom_score_adj 2>/dev/null; then
  score=$((score + ${OOM_SCORE_ABOVE_SERVER}))
  [ "$score" -le 1000 ] || score=1000
  echo "$score" >/proc/self/oom_score_adj
fi 2>/dev/null
ulimit -d "$0" 2>/dev/null
exec "$@"`;

export interface ProcessLimits {
  /** Of memory that the process may take for its data, Node.js' own included. */
  readonly dataBytes: number;
}

export interface NodeCommand {
  readonly execPath: string;
  /** Before the module; fit for `fork`, too. */
  readonly execArgv: readonly string[];
}

/**
 * How to start Node.js so that it can take no more memory than it may: an allocation beyond the limit fails, which the
 * ONNX runtime reports like any other error, and the process goes on. A limit of the address space would not do: Node.js
 * reserves much more than it uses. The process keeps the id that the system gave the shell.
 *
 * Where there is no shell (Windows, images without one) the process starts without limits.
 */
export function limitedNode(limits: ProcessLimits, execArgv: readonly string[] = []): NodeCommand {
  const { execPath } = process;
  if (process.platform === 'win32' || !existsSync(SHELL)) return { execPath, execArgv };
  const kilobytes = Math.ceil(limits.dataBytes / 1024);
  return { execPath: SHELL, execArgv: ['-c', SCRIPT, String(kilobytes), execPath, ...execArgv] };
}
