import { DomainError } from './errors.js';

/**
 * Something that Retort itself leans on does not work now, whatever was asked of it: the same is likely to succeed later. It
 * says nothing about the model, or the request, that met it.
 */
export abstract class Unavailable extends DomainError {
  constructor(
    message: string,
    options: {
      /** STORAGE_FULL where an operator has to make room. */
      readonly code?: 'UNAVAILABLE' | 'STORAGE_FULL';
      readonly cause?: unknown;
      readonly retryAfterMs?: number;
    } = {},
  ) {
    const { code = 'UNAVAILABLE', ...others } = options;
    super(code, message, others);
  }
}

/** The database cannot be reached, is full, or must not be written by this process. */
export class DatabaseUnavailable extends Unavailable {}

/** A disk does not give, or take, the files of artifacts and of what is derived from them. */
export class StoreUnavailable extends Unavailable {}

/** A process or thread that Retort runs for itself does not start or answer, or is being ended: RDKit, a reader of graphs. */
export class WorkerUnavailable extends Unavailable {}
