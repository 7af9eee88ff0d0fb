import { Link } from 'wouter';
import { usePagedList } from '../../api/paged-list.js';
import { LoadMore } from '../../components/load-more.js';
import { QueryError } from '../../components/query-error.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { Skeleton } from '../../components/skeleton.js';
import { Time } from '../../components/time.js';
import { ModelVersions } from '../../__generated__/model.js';
import type { VersionRowFragment } from '../../__generated__/operations.js';
import { formatBytes, formatCount, formatNumber } from '../../formats/numbers.js';
import type { TabProps } from '../model-page.js';
import { comparePath, playgroundPath, versionPath } from '../../paths.js';
import { VersionPage } from './version-page.js';

const PAGE = 20;

/** All versions, the newest first; or one of them, where the address names it. */
export default function VersionsTab({ model, rest }: TabProps) {
  return rest === undefined ? (
    <VersionList name={model.name} />
  ) : (
    <VersionPage modelRef={`${model.name}@${rest}`} />
  );
}

function VersionList({ name }: { readonly name: string }) {
  const list = usePagedList(ModelVersions, { name, first: PAGE }, ({ model }) => model?.versions);
  const { nodes: rows, data, error, isLoading, refresh } = list;
  return (
    <>
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={5} />}
      {data?.model && rows.length === 0 && <p className="empty">No version has been published yet.</p>}
      {rows.length > 0 && (
        <div className="panel">
          <ScrollTable label="Versions">
            <thead>
              <tr>
                <th scope="col">Version</th>
                <th scope="col">Names</th>
                <th scope="col">Published</th>
                <th scope="col">Size</th>
                <th scope="col">Parameters</th>
                <th scope="col">Metrics</th>
                <th scope="col">Compare</th>
                <th scope="col">Try</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                <VersionLine key={row.id} name={name} version={row} before={rows[index + 1]} />
              ))}
            </tbody>
          </ScrollTable>
        </div>
      )}
      {list.hasMore && (
        <LoadMore isLoading={list.isLoadingMore} onWanted={list.loadMore}>
          Show more
        </LoadMore>
      )}
    </>
  );
}

interface VersionLineProps {
  readonly name: string;
  readonly version: VersionRowFragment;
  readonly before: VersionRowFragment | undefined;
}

function VersionLine({ name, version, before }: VersionLineProps) {
  const { ref, tags, aliases, artifact, metrics, createdAt, createdBy } = version;
  return (
    <tr>
      <th scope="row">
        <Link href={versionPath(version)}>{ref}</Link>
      </th>
      <td>
        <span className="row">
          {aliases.map((alias) => (
            <span key={alias.name} className="badge info">
              {alias.name}
            </span>
          ))}
          {tags.map((tag) => (
            <span key={tag.name} className="mono">
              {tag.name}
            </span>
          ))}
        </span>
      </td>
      <td>
        <Time at={createdAt} /> by {createdBy}
      </td>
      <td className="number">{formatBytes(artifact.size)}</td>
      <td className="number">{formatCount(artifact.parameterCount)}</td>
      <td>
        {metrics.slice(0, 2).map(({ name: metric, value, unit, dataset }) => (
          <div key={`${metric}${dataset ?? ''}`}>
            {metric} {formatNumber(value)} {unit}
          </div>
        ))}
        {metrics.length > 2 && <Link href={versionPath(version)}>{metrics.length - 2} more</Link>}
      </td>
      <td>
        {before && (
          <Link href={comparePath(name, before.ref, ref)}>
            <span className="visually-hidden">{ref} </span>with {before.number}
          </Link>
        )}
      </td>
      <td>
        <Link href={playgroundPath(ref)} aria-label={`Playground of ${ref}`}>
          Playground
        </Link>
      </td>
    </tr>
  );
}
