/** Runs one deployment's steps one after the other; a step that fails does not hold up the next. */
export class StepQueue {
  private tail: Promise<void> = Promise.resolve();

  constructor(private readonly onError: (error: unknown) => void) {}

  /** Resolves when the step has run; a failure is reported once, through `onError`. */
  add(step: () => Promise<void>): Promise<void> {
    this.tail = this.tail.then(step).catch(this.onError);
    return this.tail;
  }

  /** Resolves when the step has run; its failure is for whoever asked for it. */
  run(step: () => Promise<void>): Promise<void> {
    const done = this.tail.then(step);
    this.tail = done.catch(() => undefined);
    return done;
  }

  /** Resolves when every step queued so far has run. */
  idle(): Promise<void> {
    return this.tail;
  }
}
