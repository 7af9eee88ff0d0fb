import { formatNumber, formatShare } from '../../formats/numbers.js';
import type { Feature } from './feature-table.js';

const WIDTH = 168;
const HEIGHT = 44;

/** Both distributions, side by side in each bin. */
export function BinsPicture({ name, bins }: { readonly name: string; readonly bins: Feature['bins'] }) {
  if (bins.length === 0) return <span className="muted">no values</span>;
  const largest = Math.max(1e-9, ...bins.flatMap(({ reference, live }) => [reference, live]));
  const step = WIDTH / bins.length;
  const bar = Math.max(1, step / 2 - 1);
  const tall = (share: number) => (share / largest) * (HEIGHT - 2);
  const words = bins.map(
    (bin) => `${labelOf(bin)}: ${formatShare(bin.reference)} before, ${formatShare(bin.live)} live`,
  );
  return (
    <>
      <svg
        className="bins"
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={`Distribution of ${name}. ${words.join('; ')}`}
      >
        {bins.map((bin, index) => (
          <g key={labelOf(bin)}>
            <title>{words[index]}</title>
            <rect
              className="reference"
              x={index * step}
              width={bar}
              y={HEIGHT - tall(bin.reference)}
              height={tall(bin.reference)}
            />
            <rect
              className="live"
              x={index * step + bar + 1}
              width={bar}
              y={HEIGHT - tall(bin.live)}
              height={tall(bin.live)}
            />
          </g>
        ))}
      </svg>
      <div className="bins-key" aria-hidden="true">
        <span className="swatch reference" /> reference <span className="swatch live" /> live
      </div>
    </>
  );
}

function labelOf({ from, to, category }: Feature['bins'][number]): string {
  if (from === null && to === null) return category ?? 'other categories';
  if (from === null) return `up to ${formatNumber(to)}`;
  return to === null ? `above ${formatNumber(from)}` : `${formatNumber(from)} to ${formatNumber(to)}`;
}
