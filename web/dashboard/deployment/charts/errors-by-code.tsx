import type { WindowFiguresFragment } from '../../__generated__/operations.js';
import { BarList } from '../../components/bar-list.js';
import { formatCount, formatShare, type Large } from '../../formats/numbers.js';

interface ErrorsByCodeProps {
  readonly errors: WindowFiguresFragment['errorsByCode'];
  readonly requests: Large;
}

/** What went wrong in the window, by code. */
export function ErrorsByCode({ errors, requests }: ErrorsByCodeProps) {
  return (
    <section className="panel" aria-label="Errors by code">
      <div className="panel-head">
        <h3>Errors by code</h3>
      </div>
      <div className="panel-body">
        {errors.length === 0 ? (
          <p className="empty">No request failed in this window.</p>
        ) : (
          <BarList
            label="Errors by code"
            bars={errors.map(({ code, count }) => ({
              label: code,
              value: Number(count),
              text: `${formatCount(count)} (${formatShare(Number(count) / Math.max(1, Number(requests)))})`,
            }))}
          />
        )}
      </div>
    </section>
  );
}
