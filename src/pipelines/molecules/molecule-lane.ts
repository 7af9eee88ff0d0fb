import { WorkerUnavailable } from '../../platform/failures.js';
import type { MoleculeNeeds, MoleculeRow } from './molecule-messages.js';
import { MoleculeThread, type Outcome, type StopSignal } from './molecule-thread.js';

/**
 * One thread for molecules, started when first needed, and those who wait for it. WebAssembly can not be interrupted, so a
 * molecule that hangs RDKit costs the thread: it is terminated (it holds no native session), a new one takes the others.
 */
export class MoleculeLane {
  #thread: Promise<MoleculeThread> | undefined;
  /** Turns in the order they came, so that one large request does not keep a small one waiting. */
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(
    private readonly timeLimitMs: number,
    private readonly entry?: URL,
  ) {}

  /**
   * Waits for its turn and reads the first of these molecules, as many as a turn has time for; none when it was stopped.
   *
   * @throws DomainError UNAVAILABLE when RDKit can not be started or the lane was closed
   */
  read(smiles: readonly string[], needs: MoleculeNeeds, stop: StopSignal): Promise<readonly MoleculeRow[]> {
    const mine = this.#turn.then(async () => this.#readBatch(smiles, needs, stop));
    this.#turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }

  /** Stops the thread; whatever is being read ends in UNAVAILABLE. */
  async close(): Promise<void> {
    this.#closed = true;
    const thread = this.#thread;
    this.#thread = undefined;
    await (await thread?.catch(() => undefined))?.terminate();
    await this.#turn;
  }

  async #readBatch(
    smiles: readonly string[],
    needs: MoleculeNeeds,
    stop: StopSignal,
  ): Promise<readonly MoleculeRow[]> {
    if (stop.aborted) return [];
    const outcome = await this.#run(smiles, needs, stop);
    if (outcome.kind === 'rows') return outcome.rows;
    const { rows, culprit, reason } = outcome;
    if (reason === 'STOPPED') return rows;
    if (rows.length === culprit) return [...rows, { readable: false, reason }];
    if (rows.length > 0) return rows;
    // Those before the culprit were read but not yet sent; reading them again is quick.
    const before = await this.#readBatch(smiles.slice(0, culprit), needs, stop);
    return before.length < culprit ? before : [...before, { readable: false, reason }];
  }

  async #run(smiles: readonly string[], needs: MoleculeNeeds, stop: StopSignal): Promise<Outcome> {
    this.#refuseWhenClosed();
    this.#thread ??= MoleculeThread.start(this.entry);
    let thread: MoleculeThread;
    try {
      thread = await this.#thread;
    } catch (cause) {
      this.#thread = undefined;
      throw new WorkerUnavailable('RDKit, which reads molecules, could not be started; try again', { cause });
    }
    const outcome = await thread.run(smiles, needs, this.timeLimitMs, stop);
    if (outcome.kind === 'lost') {
      this.#thread = undefined;
      await thread.terminate();
      // close() looks like a crash from here.
      this.#refuseWhenClosed();
    }
    return outcome;
  }

  #refuseWhenClosed(): void {
    if (this.#closed)
      throw new WorkerUnavailable('The server is shutting down and reads no more molecules; try again');
  }
}
