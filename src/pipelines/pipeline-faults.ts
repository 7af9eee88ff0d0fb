import { DomainError } from '../platform/errors.js';

/** Gathers what is wrong with a pipeline, so that its author is told everything at once. */
export class PipelineFaults {
  readonly #found: DomainError[] = [];

  /** What `check` answers; undefined when it finds a fault, which is kept. */
  attempt<T>(check: () => T): T | undefined {
    try {
      return check();
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'INVALID_PIPELINE') throw error;
      this.#found.push(error);
      return undefined;
    }
  }

  /** @throws DomainError INVALID_PIPELINE for the first fault, with the others in `also` */
  throwIfAny(): void {
    const [first, ...others] = this.#found.flatMap((error) => [error, ...error.also]);
    if (first === undefined) return;
    throw new DomainError(first.code, first.message, { field: first.field ?? [], also: others });
  }
}
