import { DomainError } from '../../platform/errors.js';
import type { PendingRearrangement } from './desired.js';
import type { RevisionRecord } from '../records.js';

/** Tells whoever waits for a pending rearrangement how it ended. */
export class RearrangementOutcomes {
  private readonly waiting = new Map<string, (failure: DomainError | null) => void>();

  constructor(private readonly deployment: string) {}

  /** Resolves when it is made, or when the process ends. @throws DomainError DEPLOYMENT_NOT_READY */
  of(id: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (failure) => {
        this.waiting.delete(id);
        if (failure) reject(failure);
        else resolve();
      });
    });
  }

  made({ id }: PendingRearrangement): void {
    this.waiting.get(id)?.(null);
  }

  /** @param failed what it waited for; null when that has ended */
  gaveUp(change: PendingRearrangement, failed: RevisionRecord | null): void {
    const { deployment: name } = this;
    const reason = failed?.stateReason ?? 'it ended while it was loaded';
    const share =
      change.kind === 'TRAFFIC'
        ? change.shares.find(({ revision }) => revision === (failed?.number ?? revision))
        : undefined;
    const failure =
      change.kind === 'TRAFFIC'
        ? notReady(
            `Nothing was changed: ${share?.ref ?? 'a version'} could not be loaded: ${reason}`,
            'shares',
          )
        : notReady(
            `Deployment "${name}" could not go back to ${change.ref}, what serves goes on: ${reason}`,
            'deployment',
          );
    this.waiting.get(change.id)?.(failure);
  }

  /** @param id of the one that is pending now; others were overtaken */
  pending(id: string | undefined): void {
    for (const [other, end] of this.waiting)
      if (other !== id)
        end(
          notReady(
            `Another change of deployment "${this.deployment}" came before this one was made, so nothing of it was. Look at what serves now, then ask again.`,
            'deployment',
          ),
        );
  }

  close(): void {
    for (const end of this.waiting.values()) end(null);
  }
}

function notReady(message: string, field: string): DomainError {
  return new DomainError('DEPLOYMENT_NOT_READY', message, { field: [field] });
}
