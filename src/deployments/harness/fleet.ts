import { Reconciler, type ReconcilerDependencies } from '../reconciler.js';
import type { Occasion } from '../plan/plan-types.js';

/** The deployments that run, or are to, each with its reconciler. */
export class Fleet {
  private readonly reconcilers = new Map<string, Reconciler>();
  private why = 'Retort was restarted';

  constructor(private readonly deps: ReconcilerDependencies) {}

  /**
   * Looks at everything that is to run; nothing of it is in memory yet.
   *
   * @throws DomainError when the rows cannot be read
   */
  async start(why: string): Promise<void> {
    this.why = why;
    const names = await this.deps.store.unfinished();
    await Promise.all(names.map((name) => this.of(name).start()));
  }

  find(name: string): Reconciler | null {
    return this.reconcilers.get(name) ?? null;
  }

  /** Runs `work`, which changes the deployment's rows in one transaction, in a turn of the deployment. */
  async change<T>(name: string, work: (seat: Reconciler) => Promise<T>): Promise<T> {
    const reconciler = this.of(name);
    try {
      return await reconciler.change(() => work(reconciler));
    } finally {
      this.forgetIdle(reconciler);
    }
  }

  /** As `change`; then waits for what `work` returns, outside of the turn. */
  async changeAndWait(name: string, work: (seat: Reconciler) => Promise<() => Promise<void>>): Promise<void> {
    const wait = await this.change(name, work);
    await wait();
    const reconciler = this.find(name);
    await reconciler?.written();
    if (reconciler) this.forgetIdle(reconciler);
  }

  owe(name: string, occasion: Occasion): void {
    this.of(name).owe(occasion);
  }

  /** Resolves when nothing is being loaded, apart from what waits for another attempt. */
  async settled(): Promise<void> {
    await Promise.all([...this.reconcilers.values()].map((reconciler) => reconciler.settled()));
  }

  /** Lets running requests finish, frees every model and forgets it. What was READY stays so in the database. */
  async close(): Promise<void> {
    const all = [...this.reconcilers.values()];
    this.reconcilers.clear();
    await Promise.all(all.map((reconciler) => reconciler.close()));
  }

  /** Those that have nothing to run are forgotten. */
  private forgetIdle(reconciler: Reconciler): void {
    const { name } = reconciler;
    if (reconciler.isIdle && this.reconcilers.get(name) === reconciler) this.reconcilers.delete(name);
  }

  private of(name: string): Reconciler {
    const existing = this.reconcilers.get(name);
    if (existing) return existing;
    const reconciler = new Reconciler(name, this.why, this.deps);
    this.reconcilers.set(name, reconciler);
    return reconciler;
  }
}
