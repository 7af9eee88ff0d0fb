import type { Caller } from '../../security/index.js';
import { SYSTEM } from '../deployment-events.js';
import type { Action } from '../plan/plan-types.js';
import type { RevisionRecord } from '../records.js';

/** Who asked for what becomes of a deployment's revisions; what nobody asked for is Retort's own doing. */
export class Callers {
  private readonly byRevision = new Map<string, Caller>();

  set(revisionId: string, caller: Caller): void {
    this.byRevision.set(revisionId, caller);
  }

  of(action: Action): Caller {
    switch (action.kind) {
      case 'REVISION': {
        const { moves, revision } = action;
        const isLoss = moves.some(
          ({ to }) => to === 'PENDING' || (to === 'FAILED' && revision.state === 'READY'),
        );
        return (isLoss ? undefined : this.byRevision.get(revision.id)) ?? SYSTEM;
      }
      case 'TAKE_OVER':
        return this.byRevision.get(action.revision.id) ?? SYSTEM;
      case 'REARRANGE':
      case 'GIVE_UP':
        return action.change.caller;
      case 'MIGRATION':
        return action.caller;
      case 'FOLLOW':
      case 'FOLLOWED':
        return SYSTEM;
    }
  }

  /** Whoever made a revision leave also ends it; one that has come to serve owes that to nobody any more. */
  remember(action: Action): void {
    const caller = this.of(action);
    for (const { revision, to } of action.moves) {
      if (to === 'DRAINING') this.byRevision.set(revision.id, caller);
      else if (to === 'READY') this.byRevision.delete(revision.id);
    }
  }

  keepOnly(revisions: readonly RevisionRecord[]): void {
    const kept = new Set(revisions.map(({ id }) => id));
    for (const id of this.byRevision.keys()) if (!kept.has(id)) this.byRevision.delete(id);
  }
}
