import type { MigrationDetailsFragment } from '../../__generated__/operations.js';
import { Icon } from '../../components/icon.js';
import { formatCount, formatShare } from '../../formats/numbers.js';
import { formatSpan } from '../../formats/times.js';

/** The steps of a migration, and where it is. */
export function MigrationSteps({ migration }: { readonly migration: MigrationDetailsFragment }) {
  const { steps, step } = migration;
  if (steps.length === 0) return null;
  return (
    <ol className="steps">
      {steps.map(({ share, mirrorShare, dwellMs, minRequests }, index) => {
        const number = index + 1;
        const isCurrent = number === step;
        const isOver = step !== null && number < step;
        return (
          <li
            key={number}
            className={isCurrent ? 'current' : isOver ? 'over' : ''}
            aria-current={isCurrent ? 'step' : undefined}
          >
            <b>
              {isOver ? <Icon name="check" /> : isCurrent ? <Icon name="busy" /> : <Icon name="clock" />}
              {share > 0 ? formatShare(share) : `${formatShare(mirrorShare)} mirrored`}
            </b>
            <span className="muted">
              at least {formatSpan(Number(dwellMs))}, {formatCount(minRequests)} requests
            </span>
          </li>
        );
      })}
    </ol>
  );
}
