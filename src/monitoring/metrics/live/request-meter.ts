import type { RequestOutcome } from '../../../inference/index.js';
import type { MetricsClock } from '../metrics-clock.js';
import type { DeploymentTally } from '../tallies/deployment-tally.js';
import type { DeploymentName } from './deployment-directory.js';
import { LiveDeployment } from './live-deployment.js';

/** Of what belongs to no deployment, and of the server as a whole. */
export const NO_DEPLOYMENT: DeploymentName = { id: '', name: '' };

export interface EndedSpan {
  readonly deployment: DeploymentName;
  /** Seconds since 1970. */
  readonly start: number;
  readonly tally: DeploymentTally;
}

/** Counts each request as it ends, under the deployment and version that answered. */
export class RequestMeter {
  /** By id. */
  private readonly live = new Map<string, LiveDeployment>();

  constructor(
    private readonly clock: MetricsClock,
    private readonly find: (name: string) => DeploymentName | null,
  ) {}

  /** On the request's own time. */
  ended(outcome: RequestOutcome): void {
    const second = this.clock.second();
    const { target } = outcome;
    if (outcome.ok) {
      const { deployment, version } = outcome.target;
      this.of(deployment ?? NO_DEPLOYMENT).answered(version, outcome, second);
      return;
    }
    const asked = outcome.requested.deployment;
    const deployment = target?.deployment ?? (asked === null ? null : this.find(asked));
    this.of(deployment ?? NO_DEPLOYMENT).failed(target?.version ?? null, outcome.code, second);
  }

  /** Made when it is not there yet. */
  of(deployment: DeploymentName): LiveDeployment {
    const found = this.live.get(deployment.id);
    if (found) return found;
    const made = new LiveDeployment(deployment.id, deployment.name);
    this.live.set(deployment.id, made);
    return made;
  }

  known(id: string): LiveDeployment | null {
    return this.live.get(id) ?? null;
  }

  all(): readonly LiveDeployment[] {
    return [...this.live.values()];
  }

  forget(ids: ReadonlySet<string>): void {
    for (const id of ids) this.live.delete(id);
  }

  roll(second: number): void {
    for (const live of this.live.values()) live.roll(second);
  }

  /** Seals what is over before `second`. */
  seal(second: number, isLast = false): EndedSpan[] {
    const ended: EndedSpan[] = [];
    for (const live of this.live.values())
      for (const span of live.seal(second, isLast))
        ended.push({ deployment: { id: live.id, name: live.name }, ...span });
    return ended;
  }
}
