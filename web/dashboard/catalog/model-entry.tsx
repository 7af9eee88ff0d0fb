import { Link } from 'wouter';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { DeploymentStateBadge } from '../components/state-badge.js';
import { Time } from '../components/time.js';
import type { ModelSummaryFragment } from '../__generated__/operations.js';
import { modelPath, playgroundPath, deploymentPath } from '../paths.js';
import { DOMAIN_NAMES } from './domains.js';

interface ModelEntryProps {
  readonly model: ModelSummaryFragment;
  readonly onLabel: (label: string) => void;
}

/** One model of the list. */
export function ModelEntry({ model, onLabel }: ModelEntryProps) {
  const newest = model.versions.edges[0]?.node;
  const production = model.aliases.find(({ name }) => name === 'production');
  const deployments = model.deployments.edges.map(({ node }) => node);
  return (
    <article className="panel model-entry">
      <div className="model-entry-main">
        <h2>
          <Link href={modelPath(model.name)}>{model.title}</Link>
        </h2>
        <p className="muted">
          <span className="mono">{model.name}</span> · {DOMAIN_NAMES[model.domain]} · changed{' '}
          <Time at={model.updatedAt} />
          {model.archivedAt !== null && <span className="badge warn">Archived</span>}
        </p>
        {model.summary !== '' && <p className="summary">{model.summary}</p>}
        <ul className="row labels" aria-label="Labels">
          {model.labels.map((label) => (
            <li key={label}>
              <Button
                small
                quiet
                label={`Only models with the label ${label}`}
                onPress={() => onLabel(label)}
              >
                {label}
              </Button>
            </li>
          ))}
        </ul>
      </div>
      <dl className="facts">
        <dt>Newest</dt>
        <dd>
          {newest ? <VersionWords version={newest} total={model.versions.totalCount} /> : 'no version yet'}
        </dd>
        {production && (
          <>
            <dt>Production</dt>
            <dd>{production.version.ref}</dd>
          </>
        )}
        <dt>Deployments</dt>
        <dd>
          {deployments.length === 0 && 'none'}
          {deployments.map(({ id, name, state, version }) => (
            <span key={id} className="deployment">
              <Link href={deploymentPath(name)}>{name}</Link> @{version.number}{' '}
              <DeploymentStateBadge state={state} />
            </span>
          ))}
          {model.deployments.totalCount > deployments.length &&
            `and ${model.deployments.totalCount - deployments.length} more`}
        </dd>
      </dl>
      {newest && (
        <Link className="button small" href={playgroundPath(model.name)} aria-label={`Try ${model.title}`}>
          <Icon name="playground" />
          Try
        </Link>
      )}
    </article>
  );
}

function VersionWords({ version, total }: { readonly version: Newest; readonly total: number }) {
  const tags = version.tags.map(({ name }) => name).join(', ');
  return (
    <>
      {version.ref}
      {tags !== '' && ` (${tags})`}, <Time at={version.createdAt} />
      {total > 1 && `; ${total} versions`}
    </>
  );
}

type Newest = ModelSummaryFragment['versions']['edges'][number]['node'];
