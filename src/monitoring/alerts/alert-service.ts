import type { CatalogService, Window } from '../../catalog/index.js';
import type { DeploymentService, MeasuredQualities } from '../../deployments/index.js';
import type { Database } from '../../platform/database/index.js';
import { DomainError } from '../../platform/errors.js';
import type { EventLog } from '../../platform/events/index.js';
import type { Logger } from '../../platform/logging.js';
import type { SecretsFile } from '../../platform/secrets-file.js';
import { Turns } from '../../platform/turns.js';
import { AlertBook } from './alert-book.js';
import type { AlertRecord } from './alert-records.js';
import { AlertReplay } from './alert-replay.js';
import { AlertSilences } from './alert-silences.js';
import { AlertStore, type AlertFilter } from './alert-store.js';
import { WatchedDeployments } from './watched-deployments.js';
import { AlertEvaluator } from './evaluation/alert-evaluator.js';
import { LiveDrift, type Drift } from './evaluation/live-drift.js';
import { LiveMetrics, type Metrics } from './evaluation/live-metrics.js';
import { measuredQualities } from './evaluation/measured-qualities.js';
import type { WatchedDeployment } from './evaluation/metric-source.js';
import type { SeriesSource } from './evaluation/stored-history.js';
import { AlertRules } from './rules/alert-rules.js';
import { AlertRuleStore } from './rules/alert-rule-store.js';
import { RuleReader } from './rules/rule-input.js';
import { SilenceStore } from './silence-store.js';
import { DeliveryStore, type WebhookRecord } from './webhooks/delivery-store.js';
import { DeliveryWorker } from './webhooks/delivery-worker.js';
import { WebhookAddresses } from './webhooks/webhook-address.js';
import { WebhookSender } from './webhooks/webhook-sender.js';

const INTERVAL_MS = 5_000;
const DAY_MS = 86_400_000;
/** Their events are kept for ever. */
const RESOLVED_DAYS = 90;
const DELIVERY_DAYS = 7;

export interface AlertDependencies {
  readonly database: Database;
  readonly events: EventLog;
  readonly deployments: DeploymentService;
  readonly catalog: CatalogService;
  readonly secrets: SecretsFile;
  readonly logger: Logger;
  /** Null: nothing is measured, and rules about measures are refused. */
  readonly metrics: (Metrics & SeriesSource) | null;
  /** For how long metrics are kept. */
  readonly metricsDays: number;
  readonly drift: Drift;
  /** What was measured of versions. */
  readonly qualities: Pick<MeasuredQualities, 'of'>;
  /** As in RETORT_WEBHOOK_HOSTS. */
  readonly webhookHosts: readonly string[];
  /** For tests. */
  readonly trials?: AlertTrials | undefined;
}

export interface AlertTrials {
  /** Between two looks, in milliseconds; 0: only `evaluate` looks. */
  readonly intervalMs?: number;
  /** Before a call is made for the second time. */
  readonly firstRetryMs?: number;
  /** For a whole call. */
  readonly timeoutMs?: number;
  /** Trusted besides the system's own certificates. */
  readonly ca?: string;
}

/** Declared rules, looked at every few seconds; what they find is an event, a row, and a signed call of webhooks. */
export class AlertService {
  readonly rules: AlertRules;
  readonly silences: AlertSilences;
  readonly replay: AlertReplay;
  /** For `InferenceService.onRequestEnded`. */
  readonly requestEnded: LiveMetrics['requestEnded'];
  private readonly book = new AlertBook();
  private readonly turns = new Turns();
  private readonly live: LiveMetrics;
  private readonly drift: LiveDrift;
  private readonly directory: WatchedDeployments;
  private readonly evaluator: AlertEvaluator;
  private readonly worker: DeliveryWorker;
  private readonly stores: {
    readonly rules: AlertRuleStore;
    readonly alerts: AlertStore;
    readonly silences: SilenceStore;
    readonly deliveries: DeliveryStore;
  };
  private isLoaded = false;
  private isAway = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly deps: AlertDependencies) {
    const { database, events, logger, secrets, trials } = deps;
    const { book, turns } = this;
    const stores = {
      rules: new AlertRuleStore(database),
      alerts: new AlertStore(database),
      silences: new SilenceStore(database),
      deliveries: new DeliveryStore(database),
    };
    this.stores = stores;
    this.directory = new WatchedDeployments(deps);
    this.live = new LiveMetrics({
      metrics: deps.metrics,
      held: (name) => deps.deployments.occupancy(name),
      logger,
    });
    this.drift = new LiveDrift({ drift: deps.drift, find: (name) => deps.deployments.find(name), logger });
    this.requestEnded = this.live.requestEnded;
    const addresses = new WebhookAddresses(deps.webhookHosts);
    const sender = new WebhookSender({ addresses, ca: trials?.ca, timeoutMs: trials?.timeoutMs });
    this.worker = new DeliveryWorker({
      deliveries: stores.deliveries,
      sender,
      secrets,
      events,
      logger,
      firstRetryMs: trials?.firstRetryMs,
    });
    this.evaluator = new AlertEvaluator({
      book,
      directory: this.directory,
      sources: { metrics: this.live, drift: this.drift, qualities: measuredQualities(deps.qualities) },
      onLook: (watched) => this.live.beginLook(watched),
      onLooked: (now) => {
        this.live.endLook(now);
        this.drift.endLook(now);
      },
      alerts: stores.alerts,
      deliveries: stores.deliveries,
      events,
      onDeliveries: () => this.worker.wake(),
    });
    const loaded = () => this.load();
    const { evaluator } = this;
    const reader = new RuleReader({
      addresses,
      secrets,
      unknownDeployments: (names) => this.unknownDeployments(names),
      measuredMs: deps.metrics && deps.metricsDays * DAY_MS,
    });
    this.rules = new AlertRules({
      store: stores.rules,
      deliveries: stores.deliveries,
      book,
      reader,
      evaluator,
      events,
      turns,
      loaded,
    });
    const requireRule = (name: string) => this.rules.require(name, ['rule']);
    const watched = (name: string) => this.watched(name);
    this.silences = new AlertSilences({
      store: stores.silences,
      book,
      events,
      turns,
      loaded,
      requireRule,
      requireDeployment: watched,
    });
    this.replay = new AlertReplay({ metrics: deps.metrics, loaded, requireRule, watched });
    events.onMissed(() => (this.isLoaded = false));
  }

  /** Begins to look, once what is deployed serves again. */
  async start(): Promise<void> {
    await this.turns.run(() => this.load()).catch((error: unknown) => this.failed(error));
    this.worker.wake();
    const intervalMs = this.deps.trials?.intervalMs ?? INTERVAL_MS;
    if (intervalMs > 0) this.timer = setInterval(() => void this.tick(), intervalMs).unref();
  }

  /** Looks once, now. @throws DomainError UNAVAILABLE */
  async evaluate(now = Date.now()): Promise<void> {
    await this.turns.run(async () => {
      await this.load();
      await this.evaluator.evaluate(now);
    });
  }

  /** Newest first; positions are ids. */
  async page(filter: AlertFilter, window: Window<string>): Promise<AlertRecord[]> {
    return (await this.stores.alerts.page(filter, window)).map((alert) => this.asSeen(alert));
  }

  count(filter: AlertFilter): Promise<number> {
    return this.stores.alerts.count(filter);
  }

  async byIds(ids: readonly string[]): Promise<AlertRecord[]> {
    return (await this.stores.alerts.byIds(ids)).map((alert) => this.asSeen(alert));
  }

  async openOfRules(ruleIds: readonly string[]): Promise<AlertRecord[]> {
    return (await this.stores.alerts.openOfRules(ruleIds)).map((alert) => this.asSeen(alert));
  }

  webhooksOfRules(ruleIds: readonly string[]): Promise<WebhookRecord[]> {
    return this.stores.deliveries.ofRules(ruleIds);
  }

  /** Until when webhooks are told nothing of it; null when they are. */
  silencedUntil(alert: Pick<AlertRecord, 'ruleId' | 'deploymentName'>): Date | null {
    return this.book.silencedUntil(alert.ruleId, alert.deploymentName, new Date());
  }

  ruleSilencedUntil(ruleId: string): Date | null {
    return this.book.ruleSilencedUntil(ruleId, new Date());
  }

  /** Removes what is over for long. @throws DomainError UNAVAILABLE */
  async prune(now = Date.now()): Promise<void> {
    await this.stores.alerts.prune(new Date(now - RESOLVED_DAYS * DAY_MS));
    await this.stores.deliveries.prune(new Date(now - DELIVERY_DAYS * DAY_MS));
    await this.stores.silences.prune(new Date(now));
  }

  /** Writes down how far everything was seen, and ends. */
  async close(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.worker.close();
    await this.live.close();
    await this.drift.close();
    await this.turns
      .run(async () => (this.isLoaded ? this.evaluator.note(Date.now()) : undefined))
      .catch((error: unknown) => this.failed(error));
  }

  private async tick(): Promise<void> {
    // A look that takes longer than the time between two is not followed by those it delayed.
    if (this.turns.ahead > 0) return;
    try {
      await this.evaluate();
      this.isAway = false;
    } catch (error) {
      this.failed(error);
    }
  }

  private failed(error: unknown): void {
    // Once, not every few seconds while it lasts.
    if (!this.isAway)
      this.deps.logger.warn({ err: error }, 'alert rules could not be looked at; trying again');
    this.isAway = true;
  }

  private async load(): Promise<void> {
    if (this.isLoaded) return;
    const { rules, alerts, silences } = this.stores;
    const [all, open, active] = [await rules.all(), await alerts.open(), await silences.active(new Date())];
    this.book.load(all, open, active);
    this.isLoaded = true;
  }

  /** An open alert has the value of the last look, and not that of its row. */
  private asSeen(alert: AlertRecord): AlertRecord {
    if (alert.state === 'RESOLVED' || alert.ruleId === null) return alert;
    const open = this.book.entry(alert.ruleId)?.open.get(alert.deploymentId);
    if (open?.id !== alert.id) return alert;
    return { ...alert, value: open.value, threshold: open.threshold, message: open.message() };
  }

  /** @throws DomainError DEPLOYMENT_NOT_FOUND */
  private async watched(name: string): Promise<WatchedDeployment> {
    const all = await this.directory.all();
    const found = all.find((deployment) => deployment.name === name);
    if (found) return found;
    throw notFound([name], all, ['deployment']);
  }

  private async unknownDeployments(names: readonly string[]): Promise<DomainError | null> {
    if (names.length === 0) return null;
    const all = await this.directory.all();
    const unknown = names.filter((name) => !all.some((deployment) => deployment.name === name));
    return unknown.length === 0 ? null : notFound(unknown, all, ['deployments']);
  }
}

function notFound(
  names: readonly string[],
  all: readonly WatchedDeployment[],
  field: readonly string[],
): DomainError {
  const known = all.slice(0, 10).map(({ name }) => JSON.stringify(name));
  const unknown = names.slice(0, 10).map((name) => JSON.stringify(name.slice(0, 80)));
  return new DomainError(
    'DEPLOYMENT_NOT_FOUND',
    `There is no deployment ${unknown.join(', ')}. ${known.length > 0 ? `There are ${known.join(', ')}.` : 'Make one with deployVersion.'}`,
    { field },
  );
}
