import type { ComponentType } from 'react';
import { Link } from 'wouter';
import { useLiveQuery } from '../api/live-query.js';
import { DOMAIN_NAMES } from '../catalog/domains.js';
import { Icon } from '../components/icon.js';
import { Notice } from '../components/notice.js';
import { QueryError } from '../components/query-error.js';
import { Skeleton } from '../components/skeleton.js';
import { DeploymentStateBadge } from '../components/state-badge.js';
import { Time } from '../components/time.js';
import { ModelHead } from '../__generated__/model.js';
import type { ModelHeadQuery } from '../__generated__/operations.js';
import type { PageProps } from '../pages.js';
import { loadedLater } from '../loading/loaded-later.js';
import { PageHead } from '../shell/page.js';
import {
  decoded,
  modelPath,
  playgroundPath,
  versionPath,
  catalogPath,
  publishPath,
  deploymentPath,
} from '../paths.js';
import './model.css';

export type HeadModel = NonNullable<ModelHeadQuery['model']>;

export interface TabProps {
  readonly model: HeadModel;
  /** What the address says behind the tab's name. */
  readonly rest: string | undefined;
}

interface Tab {
  readonly id: string;
  readonly label: string;
  readonly component: ComponentType<TabProps>;
}

const TABS: readonly Tab[] = [
  { id: '', label: 'Card', component: loadedLater<TabProps>(() => import('./card/card-tab.js')) },
  {
    id: 'versions',
    label: 'Versions',
    component: loadedLater<TabProps>(() => import('./versions/versions-tab.js')),
  },
  {
    id: 'aliases',
    label: 'Aliases',
    component: loadedLater<TabProps>(() => import('./aliases/aliases-tab.js')),
  },
  {
    id: 'lineage',
    label: 'Lineage',
    component: loadedLater<TabProps>(() => import('./lineage/lineage-tab.js')),
  },
  {
    id: 'metrics',
    label: 'Metrics',
    component: loadedLater<TabProps>(() => import('./metrics/metrics-tab.js')),
  },
  {
    id: 'compare',
    label: 'Compare',
    component: loadedLater<TabProps>(() => import('./compare/compare-tab.js')),
  },
];

/** One model, in tabs that each have an address. */
export default function ModelPage({ params }: PageProps) {
  const name = decoded(params.name);
  const { data, error, isLoading, refresh } = useLiveQuery(ModelHead, { name });
  const model = data?.model;
  const tab = TABS.find(({ id }) => id === (params.tab ?? '')) ?? TABS[0];
  return (
    <>
      <PageHead
        title={model?.title ?? name}
        lead={model ? <Lead model={model} /> : undefined}
        query={ModelHead}
        variables={{ name }}
        actions={model && <Actions model={model} />}
      />
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={6} />}
      {model === null && (
        <Notice kind="warn">
          There is no model named “{name}”. <Link href={catalogPath({ q: name })}>Search for it</Link>
        </Notice>
      )}
      {model && tab && (
        <>
          {model.summary !== '' && <p className="summary">{model.summary}</p>}
          <Deployments model={model} />
          <nav className="tab-list" aria-label="About this model">
            {TABS.map(({ id, label }) => (
              <Link
                key={id}
                className="tab"
                href={modelPath(model.name, id)}
                {...(id === tab.id && { 'aria-current': 'page' as const, 'data-selected': true })}
              >
                {label}
              </Link>
            ))}
          </nav>
          <div className="stack tab-content">
            <tab.component model={model} rest={params.rest} />
          </div>
        </>
      )}
    </>
  );
}

function Lead({ model }: { readonly model: HeadModel }) {
  return (
    <>
      <span className="mono">{model.name}</span> · {DOMAIN_NAMES[model.domain]}
      {model.labels.map((label) => (
        <span key={label}>
          {' · '}
          <Link href={catalogPath({ label })}>{label}</Link>
        </span>
      ))}
      {' · changed '}
      <Time at={model.updatedAt} />
      {model.archivedAt !== null && (
        <>
          {' · '}
          <span className="badge warn">Archived</span>
        </>
      )}
    </>
  );
}

function Actions({ model }: { readonly model: HeadModel }) {
  return (
    <>
      {model.version && (
        <Link className="button primary" href={playgroundPath(model.version.ref)}>
          <Icon name="playground" />
          Playground
        </Link>
      )}
      {model.archivedAt === null && (
        <Link className="button" href={publishPath({ model: model.name })}>
          <Icon name="upload" />
          New version
        </Link>
      )}
    </>
  );
}

function Deployments({ model }: { readonly model: HeadModel }) {
  const deployments = model.deployments.edges.map(({ node }) => node);
  if (deployments.length === 0)
    return (
      <p className="muted">
        Not deployed: a version is loaded when it is asked, and answers then.{' '}
        {model.version && <Link href={publishPath({ version: model.version.ref })}>Deploy it</Link>}
      </p>
    );
  return (
    <ul className="row" aria-label="Deployments">
      {deployments.map(({ id, name, state, version }) => (
        <li key={id}>
          <Link href={deploymentPath(name)}>{name}</Link> serves{' '}
          <Link href={versionPath(version)}>{version.ref}</Link> <DeploymentStateBadge state={state} />
        </li>
      ))}
    </ul>
  );
}
