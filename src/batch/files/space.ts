import { DomainError } from '../../platform/errors.js';

/** What files on disk may take together, promised before it is written. */
export class Space {
  private used = 0;

  constructor(readonly limit: number) {}

  get free(): number {
    return Math.max(0, this.limit - this.used);
  }

  /** @throws DomainError STORAGE_FULL */
  take(bytes: number): void {
    if (bytes > this.free) throw this.full();
    this.used += bytes;
  }

  /** For what is on disk already, whatever the limit is now. */
  found(bytes: number): void {
    this.used += bytes;
  }

  give(bytes: number): void {
    this.used = Math.max(0, this.used - bytes);
  }

  full(): DomainError {
    return new DomainError(
      'STORAGE_FULL',
      `Files for jobs and their results may take ${this.limit} bytes together, and ${this.free} are left. They are removed a week after they came, or have the limit raised (RETORT_JOB_BYTES).`,
    );
  }
}
