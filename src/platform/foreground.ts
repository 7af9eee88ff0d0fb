import { setImmediate as nextTurn } from 'node:timers/promises';

/** So long other work waits for a request at most: one that waits for a slow model does not need this thread meanwhile. */
const LONGEST_MS = 4;

/** What somebody waits for at the moment. Work that nobody waits for asks it before it takes the event loop again. */
export class Foreground {
  private underWay = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly longestMs = LONGEST_MS) {}

  /** @returns what is to be called once the answer is ready */
  begin(): () => void {
    this.underWay += 1;
    return () => {
      this.underWay -= 1;
      if (this.underWay === 0) for (const goOn of this.waiting) goOn();
    };
  }

  /** Gives others their turn, then waits until nobody waits any more, or for a moment. */
  async idle(): Promise<void> {
    await nextTurn();
    if (this.underWay === 0) return;
    await new Promise<void>((resolve) => {
      const goOn = () => {
        clearTimeout(timer);
        this.waiting.delete(goOn);
        resolve();
      };
      const timer = setTimeout(goOn, this.longestMs);
      this.waiting.add(goOn);
    });
  }
}
