import { Link } from 'wouter';
import { usePagedList } from '../api/paged-list.js';
import { DOMAIN_NAMES } from '../catalog/domains.js';
import { LoadMore } from '../components/load-more.js';
import { QueryError } from '../components/query-error.js';
import { Skeleton } from '../components/skeleton.js';
import { PlaygroundModels } from '../__generated__/playground.js';
import { playgroundPath, publishPath } from '../paths.js';
import { PageHead } from '../shell/page.js';
import { playgroundPipeline, type InstanceKind } from './pipeline.js';

const TAKES: Readonly<Record<InstanceKind, string>> = {
  molecule: 'takes molecules',
  nuclide: 'takes nuclides',
  particles: 'takes particles',
};

/** Every model that can be asked. */
export default function ChoosePage() {
  const list = usePagedList(PlaygroundModels, {}, ({ models }) => models);
  const { data, error, isLoading, refresh } = list;
  const models = list.nodes.filter(({ version }) => version !== null);
  return (
    <>
      <PageHead title="Playground" lead="Ask a model its question." query={PlaygroundModels} />
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={5} />}
      {data && models.length === 0 && !list.hasMore && (
        <p className="empty">
          No model has a version yet. <Link href={publishPath()}>Publish one</Link>
        </p>
      )}
      <ul className="grid-3">
        {models.map(({ id, name, title, domain, version }) => {
          const kind = playgroundPipeline(version?.pipeline)?.instance.kind;
          return (
            <li key={id} className="panel panel-body">
              <h2>
                <Link href={playgroundPath(name)}>{title}</Link>
              </h2>
              <p className="muted">
                {DOMAIN_NAMES[domain]} · <span className="mono">{version?.ref}</span> ·{' '}
                {kind === undefined ? 'takes tensors' : TAKES[kind]}
              </p>
            </li>
          );
        })}
      </ul>
      {list.hasMore && (
        <LoadMore isLoading={list.isLoadingMore} onWanted={list.loadMore}>
          Show more
        </LoadMore>
      )}
    </>
  );
}
