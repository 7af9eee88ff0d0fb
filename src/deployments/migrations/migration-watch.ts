import type { GuardReport, MeasuredQualities } from '../guards/index.js';
import { Trial, type TrialAccess } from '../routing/trial.js';
import type { TrialView } from './migration-policy.js';
import type { OpenMigration } from '../desired/desired.js';
import type { MigrationRecord } from './records.js';
import { Watch } from './watch.js';

/** What is seen of a migration that is under way, beyond what is written down. */
export interface MigrationProgress {
  readonly waitsFor: string | null;
  readonly guards: readonly GuardReport[];
  readonly base: { readonly requests: number; readonly failures: number } | null;
  readonly candidate: { readonly requests: number; readonly failures: number } | null;
  readonly compared: number;
}

interface Watched {
  readonly migrationId: string;
  readonly step: number;
  readonly trial: Trial;
  readonly watch: Watch;
}

/** Watches the candidate of a deployment's migration, one step at a time. */
export class MigrationWatch {
  private watched: Watched | null = null;
  private said: { readonly migrationId: string; readonly reports: readonly GuardReport[] } | null = null;

  constructor(
    private readonly router: TrialAccess,
    private readonly deployment: string,
    private readonly qualities: Pick<MeasuredQualities, 'of'>,
  ) {}

  get trial(): Trial | null {
    return this.watched?.trial ?? null;
  }

  /**
   * From now on the candidate is watched, as one in this step.
   *
   * @param base the number of the revision that serves
   * @param period 1, 2, 3… over the whole migration
   */
  observe(
    { id, plan, toRevision, from, to }: OpenMigration,
    step: number,
    base: number,
    period: number,
  ): void {
    const { weight = 0, mirrorShare = 0 } = plan.steps[step] ?? {};
    // A candidate without traffic of its own is asked what the others are; one with traffic is checked against them.
    const mirrored = weight > 0 ? { BASE: 0, CANDIDATE: mirrorShare } : { BASE: mirrorShare, CANDIDATE: 0 };
    const sides = { base, candidate: toRevision, mirrored };
    const trial = new Trial(this.router, this.deployment, sides, plan.guards);
    const watch = new Watch(trial.observed, plan.guards, period, () => ({
      base: this.qualities.of(from.id),
      candidate: this.qualities.of(to.id),
    }));
    this.watched = { migrationId: id, step, trial, watch };
  }

  /** What is seen of the migration; what was watched of another is forgotten. */
  look(migration: MigrationRecord | null): TrialView | null {
    if (this.watched?.migrationId !== migration?.id) this.watched = null;
    if (!this.watched || !migration) return null;
    const { step, watch } = this.watched;
    const reports = watch.judge();
    if (reports) this.said = { migrationId: migration.id, reports };
    const candidateRequests = watch.observed.candidate.requests;
    return { step, elapsedMs: watch.elapsedMs, candidateRequests, guards: this.reportsOf(migration) };
  }

  /** What the guards last said. */
  reportsOf({ id, guards }: MigrationRecord): readonly GuardReport[] {
    return this.said?.migrationId === id ? this.said.reports : guards;
  }

  progressOf(migration: MigrationRecord, waitsFor: string | null): MigrationProgress {
    const { base, candidate, comparison } = this.watched?.watch.observed ?? {};
    return {
      waitsFor,
      guards: this.reportsOf(migration),
      base: base ? { requests: base.requests, failures: base.failures } : null,
      candidate: candidate ? { requests: candidate.requests, failures: candidate.failures } : null,
      compared: comparison?.compared ?? 0,
    };
  }
}
