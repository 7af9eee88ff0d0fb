import { readdirSync, readFileSync } from 'node:fs';

const LOOK_EVERY_MS = 100;

/** MB: what a process holds by itself, without the files it maps, and all that lies in memory for it. */
interface Peak {
  anonymous: number;
  resident: number;
}

/** The most memory that a process, and its children together, took while something went on. Linux alone says so. */
export class MemoryWatch {
  private readonly timer: NodeJS.Timeout;
  private server: Peak = none();
  private children: Peak = none();

  constructor(private readonly pid: number) {
    this.timer = setInterval(() => this.look(), LOOK_EVERY_MS);
  }

  /** The peaks since the last time. */
  take(): { readonly server: Peak; readonly children: Peak } {
    this.look();
    const taken = { server: this.server, children: this.children };
    this.server = none();
    this.children = none();
    return taken;
  }

  close(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const parents = new Map<number, number>();
    for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const parent = /^PPid:\s+(\d+)/m.exec(statusOf(Number(entry)))?.[1];
      if (parent !== undefined) parents.set(Number(entry), Number(parent));
    }
    const isBelow = (pid: number): boolean => {
      const parent = parents.get(pid);
      return parent === this.pid || (parent !== undefined && parent > 1 && isBelow(parent));
    };
    raise(this.server, [this.pid]);
    raise(this.children, [...parents.keys()].filter(isBelow));
  }
}

function none(): Peak {
  return { anonymous: 0, resident: 0 };
}

function raise(peak: Peak, pids: readonly number[]): void {
  const sum = (name: string) =>
    pids.reduce(
      (total, pid) => total + Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(statusOf(pid))?.[1] ?? 0),
      0,
    ) / 1024;
  peak.anonymous = Math.max(peak.anonymous, Math.round(sum('RssAnon')));
  peak.resident = Math.max(peak.resident, Math.round(sum('VmRSS')));
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}
