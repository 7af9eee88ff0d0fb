import type { OutputNumbers } from './output-values.js';
import { Reservoir } from '../../statistics/index.js';
import { seededRandom } from '../../platform/seeded-random.js';

/** A model with more outputs than these is judged by the first ones it answered with. */
const MOST_OUTPUTS = 32;

/** Samples of what one side answers, an output each, in bounded memory. */
export class OutputSamples {
  readonly byOutput = new Map<string, Reservoir>();
  private readonly random: () => number;

  constructor(seed: number) {
    this.random = seededRandom(seed);
  }

  /** One number of each output: those of one answer depend on each other, and would pass for more evidence than they are. */
  add(outputs: OutputNumbers): void {
    for (const [name, numbers] of outputs) {
      if (numbers.length === 0) continue;
      const number = numbers[Math.floor(this.random() * numbers.length)];
      if (number !== undefined) this.reservoir(name)?.add(number);
    }
  }

  private reservoir(name: string): Reservoir | undefined {
    let reservoir = this.byOutput.get(name);
    if (reservoir === undefined && this.byOutput.size < MOST_OUTPUTS) {
      reservoir = new Reservoir(this.random);
      this.byOutput.set(name, reservoir);
    }
    return reservoir;
  }
}
