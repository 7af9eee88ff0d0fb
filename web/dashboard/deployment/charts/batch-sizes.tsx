import type { WindowFiguresFragment } from '../../__generated__/operations.js';
import { BarList } from '../../components/bar-list.js';
import { formatCount, formatShare } from '../../formats/numbers.js';

/** How many rows ran together, how often. */
export function BatchSizes({ sizes }: { readonly sizes: WindowFiguresFragment['batchSizes'] }) {
  const total = sizes.reduce((sum, { count }) => sum + Number(count), 0);
  const largest = sizes.findLastIndex(({ count }) => Number(count) > 0);
  const shown = sizes.slice(0, largest + 1);
  return (
    <section className="panel" aria-label="Batch sizes">
      <div className="panel-head">
        <h3>Rows a run</h3>
      </div>
      <div className="panel-body">
        {total === 0 ? (
          <p className="empty">No runs in this window.</p>
        ) : (
          <BarList
            label="Rows a run"
            bars={shown.map(({ upTo, count }, index) => ({
              label: rangeOf((shown[index - 1]?.upTo ?? 0) + 1, upTo),
              value: Number(count),
              text: `${formatCount(count)} (${formatShare(Number(count) / total)})`,
            }))}
          />
        )}
      </div>
    </section>
  );
}

function rangeOf(from: number, to: number): string {
  return from >= to ? formatCount(to) : `${formatCount(from)}–${formatCount(to)}`;
}
