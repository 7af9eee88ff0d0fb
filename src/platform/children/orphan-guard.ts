import { spawn, type ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';

/**
 * Is told "+ pid" and "- pid", and kills what is left when its input ends: with the server, by whatever cause. A shell,
 * since it takes a hundredth of the memory of another Node.js.
 */
const SCRIPT = `
trap '' INT TERM HUP
pids=' '
while read -r sign pid; do
  case $sign in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
[ "$pids" = ' ' ] || kill -9 $pids`;

let guard: ChildProcess | undefined;

/**
 * Lets a child process not outlive this one. A child finds out by itself when the server has gone, but not during a run
 * that never ends. On Windows the system sees to it.
 */
export function endWithServer(child: ChildProcess): void {
  const { pid } = child;
  if (pid === undefined || process.platform === 'win32') return;
  guard ??= start();
  const { stdin } = guard;
  stdin?.write(`+ ${pid}\n`);
  child.once('exit', () => stdin?.write(`- ${pid}\n`));
}

function start(): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', SCRIPT], {
    // It needs nothing of the server's environment, least of all its secrets.
    env: {},
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell there is no guard, and everything else works. One that is ended is missed by the next child.
  shell.on('error', () => undefined);
  shell.once('exit', () => (guard = undefined));
  shell.stdin.on('error', () => undefined);
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  return shell;
}
