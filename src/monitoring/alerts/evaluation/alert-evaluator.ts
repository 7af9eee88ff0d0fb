import type { EventLog } from '../../../platform/events/index.js';
import { inTurns } from '../../../platform/in-turns.js';
import type { AlertBook, RuleEntry } from '../alert-book.js';
import { toOpenAlert } from '../alert-book.js';
import { alertChanged } from '../alert-events.js';
import type { AlertRecord } from '../alert-records.js';
import type { AlertStore } from '../alert-store.js';
import type { WatchedDeployments } from '../watched-deployments.js';
import { deliveriesOf } from '../webhooks/delivery-body.js';
import type { DeliveryStore, NewDelivery } from '../webhooks/delivery-store.js';
import { covers, end, firingRecord, look, policyOf, type Finding } from './look.js';
import type { WatchedDeployment } from './metric-source.js';
import type { Sources } from './observe.js';

/** So often what is open is written down, so that a kill costs no more of what was seen. */
const NOTE_INTERVAL_MS = 30_000;

export interface EvaluatorParts {
  readonly book: AlertBook;
  readonly directory: Pick<WatchedDeployments, 'all'>;
  readonly sources: Sources;
  /** Told before each look of all that is watched. */
  readonly onLook: (deployments: readonly WatchedDeployment[]) => void;
  readonly onLooked: (now: number) => void;
  readonly alerts: AlertStore;
  readonly deliveries: DeliveryStore;
  readonly events: Pick<EventLog, 'transaction'>;
  /** Calls of webhooks wait in the database. */
  readonly onDeliveries: () => void;
}

/** Looks at every rule for every deployment, and commits what changed together with its events and calls of webhooks. */
export class AlertEvaluator {
  private notedAt = 0;

  constructor(private readonly parts: EvaluatorParts) {}

  /**
   * One look. What cannot be committed is as it was before, and is found again by the next look.
   *
   * @throws DomainError UNAVAILABLE
   */
  async evaluate(now: number): Promise<void> {
    const { book } = this.parts;
    if (book.isEmpty) return;
    book.dropOldSilences(new Date(now));
    const findings = await this.findings(now);
    await this.commit(findings, now);
    if (now - this.notedAt >= NOTE_INTERVAL_MS || now < this.notedAt) await this.note(now);
  }

  /** Writes how far what is open was seen. @throws DomainError UNAVAILABLE */
  async note(now: number): Promise<void> {
    this.notedAt = now;
    const open = [...this.parts.book.rules].flatMap(({ open: alerts }) => [...alerts.values()]);
    const moving = open.filter(({ state }) => state.phase === 'PENDING' || state.unknownMs > 0);
    if (moving.length === 0) return;
    await this.parts.alerts.noteSeen(
      moving.map(({ id, state }) => ({
        id,
        heldMs: Math.round(state.heldMs),
        unknownMs: Math.round(state.unknownMs),
        seenAt: new Date(state.seenAt),
      })),
    );
  }

  /** Commits ends that somebody asked for: a rule was deleted, or covers less. @throws DomainError UNAVAILABLE */
  async commit(findings: readonly Finding[], now: number): Promise<void> {
    const { book, alerts, deliveries, events } = this.parts;
    const at = new Date(now);
    const told = new Map<RuleEntry, AlertRecord[]>();
    const late = this.lateNotices(findings, at);
    const settled = findings.map((finding) => this.notice(finding, at));
    for (const { entry, after } of [...settled, ...late])
      if (after?.notified && after.state !== 'PENDING') told.set(entry, [...(told.get(entry) ?? []), after]);
    const calls: NewDelivery[] = [...told].flatMap(([{ rule }, records]) => deliveriesOf(rule, records, at));
    if (settled.length + late.length > 0) {
      await events.transaction(async (tx) => {
        await alerts.apply(tx, changesOf([...settled, ...late]));
        await deliveries.add(tx, calls);
        const changed = settled.filter(({ action }) => action === 'FIRE' || action === 'RESOLVE');
        return {
          result: undefined,
          events: changed.flatMap(({ after }) =>
            after ? [alertChanged(after, book.silencedUntil(after.ruleId, after.deploymentName, at))] : [],
          ),
        };
      });
    }
    for (const { entry, before, after } of [...settled, ...late]) {
      const deploymentId = after?.deploymentId ?? before?.deploymentId;
      if (deploymentId === undefined) continue;
      if (after && after.state !== 'RESOLVED') entry.open.set(deploymentId, toOpenAlert(after));
      else entry.open.delete(deploymentId);
    }
    if (calls.length > 0) this.parts.onDeliveries();
  }

  private async findings(now: number): Promise<Finding[]> {
    const deployments = await this.parts.directory.all();
    this.parts.onLook(deployments);
    const found: Finding[] = [];
    await inTurns(this.looks(deployments, found, now));
    this.parts.onLooked(now);
    return found;
  }

  private *looks(
    deployments: readonly WatchedDeployment[],
    found: Finding[],
    now: number,
  ): Generator<undefined> {
    const { book, sources } = this.parts;
    const known = new Map(deployments.map((deployment) => [deployment.id, deployment]));
    for (const entry of book.rules) {
      const policy = policyOf(entry.rule);
      for (const deployment of deployments) {
        if (!covers(entry.rule, deployment.name)) continue;
        const finding = look(entry, deployment, { sources, policy, now });
        if (finding) found.push(finding);
        yield undefined;
      }
      found.push(...lost(entry, known, now));
    }
  }

  /** Alerts that fire and nobody was told of, because they were silent. */
  private lateNotices(findings: readonly Finding[], at: Date): Finding[] {
    const { book } = this.parts;
    const changing = new Set(findings.map(({ before }) => before?.id));
    const late: Finding[] = [];
    for (const entry of book.rules)
      for (const alert of entry.open.values()) {
        const { id, deploymentName, notified, state } = alert;
        if (notified || state.phase !== 'FIRING' || changing.has(id)) continue;
        if (entry.rule.webhooks.length === 0) continue;
        if (book.silencedUntil(entry.rule.id, deploymentName, at) !== null) continue;
        const after = { ...firingRecord(entry.rule, alert), notified: true };
        late.push({ entry, before: alert, after, action: 'WAIT' });
      }
    return late;
  }

  /** Whether webhooks are told: of an alert that fires unless it is silent, and then also of its end. */
  private notice(finding: Finding, at: Date): Finding {
    const { entry, after, action } = finding;
    if (!after || action !== 'FIRE') return finding;
    const silent = this.parts.book.silencedUntil(after.ruleId, after.deploymentName, at) !== null;
    return { ...finding, after: { ...after, notified: !silent && entry.rule.webhooks.length > 0 } };
  }
}

/** What is open for deployments that are gone, or that the rule does not cover any more. */
function lost(entry: RuleEntry, known: ReadonlyMap<string, WatchedDeployment>, now: number): Finding[] {
  const found: Finding[] = [];
  for (const alert of entry.open.values()) {
    const deployment = known.get(alert.deploymentId);
    if (!deployment) found.push(end(entry, alert, `${alert.deploymentName} was deleted`, now));
    else if (!covers(entry.rule, deployment.name))
      found.push(end(entry, alert, `the rule does not watch ${deployment.name} any more`, now));
  }
  return found;
}

function changesOf(findings: readonly Finding[]) {
  const after = (wanted: (finding: Finding) => boolean) =>
    findings.flatMap((finding) => (finding.after && wanted(finding) ? [finding.after] : []));
  return {
    opened: after(({ before }) => before === null),
    changed: after(({ before }) => before !== null),
    dropped: findings.flatMap(({ before, after: then }) => (before && !then ? [before.id] : [])),
  };
}
