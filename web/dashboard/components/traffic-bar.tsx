import { formatShare } from '../formats/numbers.js';
import './traffic-bar.css';

interface TrafficBarProps {
  readonly traffic: readonly { readonly share: number; readonly version: { readonly ref: string } }[];
}

/** Which version answers which part of the requests, as a bar and in words. */
export function TrafficBar({ traffic }: TrafficBarProps) {
  return (
    <span className="traffic">
      <span className="traffic-bar" aria-hidden="true">
        {traffic.map(({ share, version }, index) => (
          <span
            key={version.ref}
            style={{ width: `${share * 100}%`, background: `var(--series-${(index % 7) + 1})` }}
          />
        ))}
      </span>
      <span className="traffic-words">
        {traffic.map(({ share, version }, index) => (
          <span key={version.ref}>
            {index > 0 && ', '}
            {formatShare(share)} <span className="mono">{version.ref}</span>
          </span>
        ))}
      </span>
    </span>
  );
}
