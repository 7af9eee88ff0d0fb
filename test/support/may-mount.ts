import { execFileSync } from 'node:child_process';

/** Whether a test may mount a small disk of its own, which only root can. */
export function mayMount(): boolean {
  try {
    const folder = execFileSync('mktemp', ['-d'], { encoding: 'utf8' }).trim();
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' });
      execFileSync('umount', [folder], { stdio: 'ignore' });
    } finally {
      execFileSync('rmdir', [folder]);
    }
    return true;
  } catch {
    return false;
  }
}
