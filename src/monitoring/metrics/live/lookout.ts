import type { DeploymentService } from '../../../deployments/index.js';
import { processorMsOf } from '../../../platform/children/process-processor-time.js';
import type { DeploymentName } from './deployment-directory.js';
import type { RequestMeter } from './request-meter.js';

/** Looks each second at what deployments hold: requests, memory, and the processor time of their processes. */
export class Lookout {
  /** By process id: what it had used at the last look. */
  private used = new Map<number, number>();

  constructor(private readonly deployments: Pick<DeploymentService, 'occupancy'>) {}

  /** @param second that is over */
  look(all: readonly DeploymentName[], meter: RequestMeter, second: number): void {
    const used = new Map<number, number>();
    for (const deployment of all) {
      const { requests, memoryBytes, processIds } = this.deployments.occupancy(deployment.name);
      const isIdle = memoryBytes === null && requests === 0 && processIds.length === 0;
      if (isIdle && meter.known(deployment.id) === null) continue;
      const gauges = { at: second, queueDepth: requests, peakQueueDepth: requests, memoryBytes };
      meter.of(deployment).looked(gauges, this.worked(processIds, used));
    }
    this.used = used;
  }

  /** Since the last look; null when none of them could be looked at. */
  private worked(processIds: readonly number[], used: Map<number, number>): number | null {
    let sum: number | null = null;
    for (const pid of processIds) {
      const now = processorMsOf(pid);
      if (now === undefined) continue;
      used.set(pid, now);
      // What a process had used before it was first seen was for its start.
      sum = (sum ?? 0) + Math.max(0, now - (this.used.get(pid) ?? now));
    }
    return sum;
  }
}
