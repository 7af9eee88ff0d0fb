import { Badge } from '../components/badge.js';
import type { FleetEntry } from './attention.js';

/** How the whole fleet is, at a glance; read out when it changes. */
export function FleetHealth({ entries }: { readonly entries: readonly FleetEntry[] }) {
  const worrying = entries.filter(({ concerns }) => concerns.length > 0).length;
  const ready = entries.filter(
    ({ deployment, concerns }) => deployment.state === 'READY' && concerns.length === 0,
  ).length;
  const others = entries.length - worrying - ready;
  return (
    <div className="row" role="status">
      {worrying > 0 && (
        <Badge tone="bad" icon="warning">
          {worrying} {worrying === 1 ? 'needs' : 'need'} attention
        </Badge>
      )}
      <Badge tone="good" icon="checked">
        {ready} healthy
      </Badge>
      {others > 0 && (
        <Badge tone="idle" icon="stopped">
          {others} not serving
        </Badge>
      )}
    </div>
  );
}
