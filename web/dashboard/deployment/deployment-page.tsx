import { Link } from 'wouter';
import { DeploymentChanges, DeploymentPage as DeploymentDocument } from '../__generated__/deployment.js';
import { useEventStream } from '../api/event-stream.js';
import { useGathered } from '../api/gathered.js';
import { useLiveQuery } from '../api/live-query.js';
import { useEvery } from '../api/use-every.js';
import { Notice } from '../components/notice.js';
import { QueryError } from '../components/query-error.js';
import { SectionLinks } from '../components/section-links.js';
import { Skeleton } from '../components/skeleton.js';
import type { PageProps } from '../pages.js';
import { decoded, eventsPath } from '../paths.js';
import { loadedLater } from '../loading/loaded-later.js';
import { PageHead } from '../shell/page.js';
import { useUrlState } from '../url-state.js';
import { DeploymentActions } from './deployment-actions.js';
import { DeploymentSummary } from './deployment-summary.js';
import { isUnderWay } from './migration/migration-words.js';
import { MigrationPanel } from './migration/migration-panel.js';
import { CHANGING_KINDS } from './changing-kinds.js';
import './deployment.css';

const SECTIONS = [
  { value: 'live', label: 'Live' },
  { value: 'drift', label: 'Drift' },
  { value: 'predictions', label: 'Predictions' },
  { value: 'truth', label: 'Measured' },
  { value: 'history', label: 'Revisions' },
  { value: 'requests', label: 'Recorded requests' },
  { value: 'settings', label: 'Settings' },
] as const;
type Section = (typeof SECTIONS)[number]['value'];

const SECTION_COMPONENTS = {
  live: loadedLater(() => import('./charts/live-section.js')),
  drift: loadedLater(() => import('./drift/drift-section.js')),
  predictions: loadedLater(() => import('./predictions/predictions-section.js')),
  truth: loadedLater(() => import('./truth/truth-section.js')),
  history: loadedLater(() => import('./history/history-section.js')),
  requests: loadedLater(() => import('./recorded-requests.js')),
  settings: loadedLater(() => import('./settings-section.js')),
} as const;

/** What a migration's guards have seen is told by no event. */
const MIGRATION_LOOK_MS = 2_000;

/** One deployment: how it does, and what can be done about it. */
export default function DeploymentPage({ params }: PageProps) {
  const name = decoded(params.name);
  const { data, error, isLoading, refresh } = useLiveQuery(DeploymentDocument, { name });
  const [section] = useUrlState<Section>('view', 'live');
  const refreshSoon = useGathered(refresh);
  useEventStream({
    document: DeploymentChanges,
    variables: { filter: { deployment: name, kinds: CHANGING_KINDS, allowUnknown: true } },
    cursorOf: ({ monitoringEvents }) => monitoringEvents.cursor,
    onEvent: refreshSoon,
  });
  const deployment = data?.deployment;
  const migration = deployment?.migration;
  const isMigrating = migration !== null && migration !== undefined && isUnderWay(migration.state);
  useEvery(MIGRATION_LOOK_MS, isMigrating, refresh);

  const Section = SECTION_COMPONENTS[section in SECTION_COMPONENTS ? section : 'live'];
  return (
    <>
      <PageHead
        title={name}
        query={DeploymentDocument}
        variables={{ name }}
        lead={deployment && <DeploymentSummary deployment={deployment} />}
        actions={
          deployment && (
            <>
              <DeploymentActions deployment={deployment} isMigrating={isMigrating} />
              <Link className="button" href={eventsPath({ deployment: name })}>
                Events
              </Link>
            </>
          )
        }
      />
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={8} />}
      {deployment === null && (
        <Notice kind="warn">
          There is no deployment <b>{name}</b>. <Link href="/">All deployments</Link>
        </Notice>
      )}
      {deployment && (
        <>
          {deployment.state === 'FAILED' && deployment.stateReason !== null && (
            <Notice kind="bad">{deployment.stateReason}</Notice>
          )}
          {migration && <MigrationPanel deployment={name} migration={migration} />}
          <SectionLinks label={`Parts of ${name}`} name="view" sections={SECTIONS} current={section} />
          <Section deployment={deployment} />
        </>
      )}
    </>
  );
}
