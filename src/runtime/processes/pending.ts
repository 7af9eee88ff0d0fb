import type { DomainError } from '../../platform/errors.js';
import type { Frame } from './frame.js';
import type { Runner, RunUnderWay } from '../runner.js';

interface Asked {
  readonly id: number;
  readonly kind: 'load' | 'run';
  /** Once it is being worked on. */
  readonly limitMs: number;
  readonly resolve: (reply: Frame) => void;
  readonly reject: (error: DomainError) => void;
}

/** What a process was asked and has not answered; the first of its line is being worked on. */
export class Pending implements RunUnderWay {
  readonly id: number;
  readonly kind: Asked['kind'];
  readonly limitMs: number;
  readonly resolve: Asked['resolve'];
  readonly reject: Asked['reject'];

  constructor(
    readonly runner: Runner,
    private readonly line: readonly Pending[],
    { id, kind, limitMs, resolve, reject }: Asked,
  ) {
    this.id = id;
    this.kind = kind;
    this.limitMs = limitMs;
    this.resolve = resolve;
    this.reject = reject;
  }

  get atWork(): boolean {
    return this.line[0] === this;
  }

  get followers(): number {
    return this.atWork ? this.line.length - 1 : 0;
  }
}
