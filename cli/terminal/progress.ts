import type { Surroundings } from '../surroundings.js';
import { bytes } from './format.js';

export interface Bar {
  advance(count: number): void;
}

/** What a user sees while something takes long: on stderr, and only when that is a terminal. */
export class Progress {
  constructor(
    private readonly stream: Surroundings['stderr'],
    private readonly enabled: boolean = stream.isTTY === true,
  ) {}

  /** A spinner while `work` runs. What it says may change on the way. */
  async spin<T>(text: string, work: (say: (text: string) => void) => Promise<T>): Promise<T> {
    if (!this.enabled) return work(() => undefined);
    // Loaded only here, as below: most runs have no terminal to draw on.
    const { default: ora } = await import('ora');
    // stdin stays as it is: it may hold the instances of a prediction.
    const spinner = ora({ text, stream: this.stream, discardStdin: false }).start();
    try {
      return await work((now) => (spinner.text = now));
    } finally {
      spinner.stop();
    }
  }

  /** A bar from 0 to `total` while `work` runs; a mere count when the total is not known. */
  async measure<T>(
    label: string,
    total: number | null,
    unit: 'bytes' | 'items',
    work: (bar: Bar) => Promise<T>,
  ): Promise<T> {
    if (!this.enabled) return work({ advance: () => undefined });
    const { SingleBar } = (await import('cli-progress')).default;
    const amount = unit === 'bytes' ? bytes : String;
    let done = 0;
    const bar = new SingleBar({
      stream: this.stream,
      clearOnComplete: true,
      hideCursor: true,
      gracefulExit: false,
      format: (_options, { progress, value, startTime }) => {
        const seconds = (Date.now() - startTime) / 1_000;
        const rate = seconds < 0.5 ? '' : `, ${amount(Math.round(value / seconds))}/s`;
        if (total === null) return `${label} ${amount(value)}${rate}`;
        const filled = Math.round(Math.min(progress, 1) * BAR_WIDTH);
        const drawn = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
        return `${label} ${drawn} ${Math.floor(progress * 100)}%  ${amount(value)} of ${amount(total)}${rate}`;
      },
    });
    bar.start(total ?? 0, 0);
    try {
      return await work({
        advance: (count) => {
          done += count;
          bar.update(done);
        },
      });
    } finally {
      bar.stop();
    }
  }

  /** A line that stays: what a user wants to know and no program needs. */
  note(text: string): void {
    if (this.enabled) this.stream.write(`${text}\n`);
  }
}

const BAR_WIDTH = 24;
