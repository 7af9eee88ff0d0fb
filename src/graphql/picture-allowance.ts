import { DomainError } from '../platform/errors.js';

/** A picture of the largest molecule takes 150 kB, and a good part of a second to draw. */
const MOST = 100;

/** How many pictures one request may ask for. */
export class PictureAllowance {
  private taken = 0;

  /** @throws DomainError INVALID_ARGUMENT when the request has had all of its pictures. */
  take(): void {
    this.taken += 1;
    if (this.taken > MOST)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected at most ${MOST} pictures in one request, and this asks for more; send several requests.`,
      );
  }
}
