import { Link } from 'wouter';
import { usePagedList } from '../api/paged-list.js';
import { DOMAIN_NAMES } from '../catalog/domains.js';
import { LoadMore } from '../components/load-more.js';
import { QueryError } from '../components/query-error.js';
import { Skeleton } from '../components/skeleton.js';
import { PlaygroundModels } from '../__generated__/playground.js';
import { playgroundPath, publishPath } from '../paths.js';
import { PageHead } from '../shell/page.js';
import { instanceKinds } from './pipeline.js';

const PLURALS: Readonly<Partial<Record<string, string>>> = {
  molecule: 'molecules',
  nuclide: 'nuclides',
  particles: 'particles',
  structure: 'structures',
  composition: 'compositions',
  element: 'elements',
  spectrum: 'spectra',
  series: 'series',
  image: 'pictures',
  text: 'texts',
};

/** What a model takes, in a few words: what is no thing of its own is a value of a table. */
function taken(pipeline: unknown): string {
  const kinds = new Set(instanceKinds(pipeline).map((kind) => PLURALS[kind] ?? 'values'));
  return `takes ${kinds.size === 0 ? 'values' : [...kinds].join(', ')}`;
}

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
        {models.map(({ id, name, title, domain, version }) => (
          <li key={id} className="panel panel-body">
            <h2>
              <Link href={playgroundPath(name)}>{title}</Link>
            </h2>
            <p className="muted">
              {DOMAIN_NAMES[domain]} · <span className="mono">{version?.ref}</span> ·{' '}
              {taken(version?.pipeline)}
            </p>
          </li>
        ))}
      </ul>
      {list.hasMore && (
        <LoadMore isLoading={list.isLoadingMore} onWanted={list.loadMore}>
          Show more
        </LoadMore>
      )}
    </>
  );
}
