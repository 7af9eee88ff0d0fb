import { deploymentPages, type DeploymentService } from '../../../deployments/index.js';
import type { EventLog } from '../../../platform/events/index.js';
import type { Logger } from '../../../platform/logging.js';

const RETRY_MS = 1_000;

export interface DeploymentName {
  readonly id: string;
  readonly name: string;
}

/** Which deployments there are, known without asking: requests that name others must not make anything grow. */
export class DeploymentDirectory {
  private byName = new Map<string, DeploymentName>();
  /** Told of since the newest reading began, which may not have seen them. */
  private readonly told = new Map<string, DeploymentName>();
  /** Of the newest reading; one that was begun before is dropped. */
  private reading = 0;
  private retry: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(
    private readonly deps: {
      readonly deployments: Pick<DeploymentService, 'page'>;
      readonly events: Pick<EventLog, 'onCommitted' | 'onMissed'>;
      readonly logger: Logger;
    },
    private readonly onGone: (ids: ReadonlySet<string>) => void,
  ) {
    deps.events.onCommitted(({ kind, deployment }) => {
      // A change of state tells of every new one at once. Requests are told of later: maybe after another took the name.
      if (deployment && kind === 'DEPLOYMENT_STATE_CHANGED')
        for (const names of [this.byName, this.told])
          names.set(deployment.name, { id: deployment.id, name: deployment.name });
      // Its deployments went with it.
      if (kind === 'MODEL_DELETED') this.readAgain();
    });
    deps.events.onMissed(() => this.readAgain());
  }

  find(name: string): DeploymentName | null {
    return this.byName.get(name) ?? null;
  }

  all(): readonly DeploymentName[] {
    return [...this.byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws DomainError when the database cannot be read */
  async read(): Promise<void> {
    this.reading += 1;
    const { reading } = this;
    this.told.clear();
    const found = new Map<string, DeploymentName>();
    for await (const page of deploymentPages(this.deps.deployments))
      for (const { id, name } of page) found.set(name, { id, name });
    if (reading !== this.reading) return;
    for (const [name, deployment] of this.told) found.set(name, deployment);
    const kept = new Set([...found.values()].map(({ id }) => id));
    const gone = [...this.byName.values()].map(({ id }) => id).filter((id) => !kept.has(id));
    this.byName = found;
    if (gone.length > 0) this.onGone(new Set(gone));
  }

  close(): void {
    this.closed = true;
    if (this.retry) clearTimeout(this.retry);
  }

  private readAgain(): void {
    // After whoever tells is done with the database.
    setImmediate(() => {
      if (this.closed) return;
      this.read().catch((error: unknown) => {
        this.deps.logger.warn({ err: error }, 'the deployments that metrics are for could not be read');
        if (!this.closed) this.retry = setTimeout(() => this.readAgain(), RETRY_MS).unref();
      });
    });
  }
}
