import { Fleet } from '../__generated__/fleet.js';
import { Choices } from '../components/choices.js';
import { TextField } from '../components/fields.js';
import { Notice } from '../components/notice.js';
import { QueryError } from '../components/query-error.js';
import { Skeleton } from '../components/skeleton.js';
import { useMedia } from '../components/use-media.js';
import { PageHead } from '../shell/page.js';
import { useUrlState } from '../url-state.js';
import { byAttention, fleetEntry } from './attention.js';
import { FleetCards } from './fleet-cards.js';
import { FleetHealth } from './fleet-health.js';
import { FleetTable } from './fleet-table.js';
import { useFleet } from './use-fleet.js';
import { useFleetAlerts } from './use-fleet-alerts.js';
import { useFleetDrift } from './use-fleet-drift.js';
import { useFleetFigures } from './use-fleet-figures.js';
import { useFleetSeries } from './use-fleet-series.js';
import './fleet.css';

const SHOWN = [
  { value: 'all', label: 'All' },
  { value: 'attention', label: 'Needs attention' },
] as const;

/** Every deployment, what needs attention first. */
export default function FleetPage() {
  const { deployments, error, refresh } = useFleet();
  const { byName, ended } = useFleetFigures();
  const series = useFleetSeries();
  const alerts = useFleetAlerts();
  const drift = useFleetDrift();
  const [search, setSearch] = useUrlState('q', '');
  const [shown, setShown] = useUrlState('show', 'all');
  const isNarrow = useMedia('(max-width: 64rem)');
  const entries = deployments
    ?.map((deployment) =>
      fleetEntry(deployment, {
        figures: byName.get(deployment.name),
        series: series.get(deployment.name),
        alerts: alerts.get(deployment.name),
        drift: drift.get(deployment.name),
      }),
    )
    .sort(byAttention);
  const words = search.toLowerCase().split(/\s+/);
  const visible = entries?.filter(
    ({ deployment: { name, model }, concerns }) =>
      (shown === 'all' || concerns.length > 0) &&
      words.every((word) => `${name} ${model.name} ${model.title}`.toLowerCase().includes(word)),
  );
  return (
    <>
      <PageHead title="Fleet" query={Fleet} lead={entries && <FleetHealth entries={entries} />} />
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      {ended !== null && <Notice kind="info">There are no live figures. {ended}</Notice>}
      <div className="row fleet-filters">
        <Choices label="Which deployments" options={SHOWN} value={shown} onChange={setShown} />
        <TextField
          label="Search"
          isLabelHidden
          type="search"
          placeholder="Search by name or model"
          value={search}
          onChange={setSearch}
        />
      </div>
      {visible === undefined ? (
        error === undefined && <Skeleton lines={6} />
      ) : visible.length === 0 ? (
        <p className="panel empty">
          {entries?.length === 0
            ? 'Nothing is deployed yet. Publish a model and deploy one of its versions.'
            : 'No deployment is like that.'}
        </p>
      ) : isNarrow ? (
        <FleetCards entries={visible} />
      ) : (
        <FleetTable entries={visible} />
      )}
    </>
  );
}
