import type { ExplanationAnswer } from './use-explanation.js';
import './attribution-bars.css';

interface AttributionBarsProps {
  readonly attributions: ExplanationAnswer['attributions'];
  /** With a space before it; empty for none. */
  readonly unit: string;
}

/** Attributions as bars to both sides of nothing; each says its number, so that colours are not needed. */
export function AttributionBars({ attributions, unit }: AttributionBarsProps) {
  const largest = Math.max(...attributions.map(({ attribution }) => Math.abs(attribution)), Number.MIN_VALUE);
  return (
    <dl className="attributions" aria-label="What moves the answer, the strongest first">
      {attributions.map(({ name, value, unit: own, attribution, error }) => {
        const share = (Math.abs(attribution) / largest) * 50;
        return (
          <div key={name}>
            <dt>
              {name}
              <span className="muted"> {valueText(value, own, name)}</span>
            </dt>
            <dd>
              <span className="track" aria-hidden="true">
                <span
                  className={attribution < 0 ? 'lowers' : 'raises'}
                  style={{ width: `${share}%`, [attribution < 0 ? 'right' : 'left']: '50%' }}
                />
              </span>
              <span className="number">
                {attribution < 0 ? '−' : '+'}
                {shown(Math.abs(attribution))}
                {error > 0 && ` ± ${shown(error)}`}
                <span className="visually-hidden">{unit}</span>
              </span>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function valueText(value: unknown, unit: string | null, name: string): string {
  if (value === null || (typeof value === 'string' && name.startsWith(value))) return '';
  const text =
    typeof value === 'number' ? shown(value) : typeof value === 'string' ? value : JSON.stringify(value);
  return `= ${text.slice(0, 40)}${unit === null || unit === '1' ? '' : ` ${unit}`}`;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
