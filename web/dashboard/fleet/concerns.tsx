import { Badge } from '../components/badge.js';
import type { FleetEntry } from './attention.js';

/** What needs attention, beside the state that says itself. */
export function Concerns({ entry: { concerns, deployment } }: { readonly entry: FleetEntry }) {
  const shown = concerns.filter(({ text }) => !(text === 'Failed' && deployment.state === 'FAILED'));
  const reason = deployment.state === 'FAILED' ? deployment.stateReason : null;
  if (shown.length === 0 && reason === null) return null;
  return (
    <ul className="concerns">
      {reason !== null && <li className="muted">{reason}</li>}
      {shown.map(({ tone, icon, text, detail }) => (
        <li key={text}>
          <Badge tone={tone} icon={icon} title={detail}>
            {text}
          </Badge>
        </li>
      ))}
    </ul>
  );
}
