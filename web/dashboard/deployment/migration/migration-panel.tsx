import type { MigrationDetailsFragment } from '../../__generated__/operations.js';
import { MigrationStateBadge } from '../../components/state-badge.js';
import { Notice } from '../../components/notice.js';
import { Time } from '../../components/time.js';
import { formatCount } from '../../formats/numbers.js';
import { GuardTable } from './guard-table.js';
import { MigrationControls } from './migration-controls.js';
import { MigrationSteps } from './migration-steps.js';
import { isUnderWay, STRATEGY_NAMES } from './migration-words.js';

interface MigrationPanelProps {
  readonly deployment: string;
  readonly migration: MigrationDetailsFragment;
}

/** A migration under way, with its evidence and what can be done about it; or how the last one ended. */
export function MigrationPanel({ deployment, migration }: MigrationPanelProps) {
  const { strategy, state, stateReason, fromRevision, toRevision, waitsFor, warnings, evidence } = migration;
  const title = `${STRATEGY_NAMES[strategy]} from ${fromRevision.version.ref} to ${toRevision.version.ref}`;
  const isOpen = isUnderWay(state);
  return (
    <section className="panel migration" aria-label={`Migration: ${title}`}>
      <div className="panel-head">
        <h2>
          {title} <MigrationStateBadge state={state} />
        </h2>
        {isOpen && <MigrationControls deployment={deployment} migration={migration} />}
      </div>
      <div className="panel-body">
        {waitsFor !== null && (
          <p role="status">
            <b>Waits for:</b> {waitsFor}
          </p>
        )}
        {stateReason !== null && <p>{stateReason}</p>}
        {isOpen && <MigrationSteps migration={migration} />}
        {isOpen &&
          warnings.map((warning) => (
            <Notice key={warning} kind="warn">
              {warning}
            </Notice>
          ))}
        {migration.guards.length > 0 && <GuardTable guards={migration.guards} />}
        {isOpen && <Arms migration={migration} />}
        <p className="muted">
          Begun <Time at={migration.createdAt} /> by {migration.createdBy}
          {migration.reason !== null && <>: “{migration.reason}”</>}
          {migration.endedAt !== null && (
            <>
              . Ended <Time at={migration.endedAt} />
            </>
          )}
          {evidence === 'INSUFFICIENT' && '. The guards have not seen enough to decide.'}
        </p>
      </div>
    </section>
  );
}

function Arms({
  migration: { base, candidate, compared, fromRevision, toRevision },
}: {
  readonly migration: MigrationDetailsFragment;
}) {
  if (base === null || candidate === null) return null;
  return (
    <dl className="figures">
      <div className="figure">
        <dt>{fromRevision.version.ref}, in this step</dt>
        <dd>
          {formatCount(base.requests)} <small>requests, {formatCount(base.failures)} failed</small>
        </dd>
      </div>
      <div className="figure">
        <dt>{toRevision.version.ref}, in this step</dt>
        <dd>
          {formatCount(candidate.requests)} <small>requests, {formatCount(candidate.failures)} failed</small>
        </dd>
      </div>
      <div className="figure">
        <dt>Answers compared</dt>
        <dd>{formatCount(compared)}</dd>
      </div>
    </dl>
  );
}
