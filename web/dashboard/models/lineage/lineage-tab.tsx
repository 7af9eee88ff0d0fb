import { Link } from 'wouter';
import { useLiveQuery } from '../../api/live-query.js';
import { QueryError } from '../../components/query-error.js';
import { SelectField } from '../../components/fields.js';
import { Skeleton } from '../../components/skeleton.js';
import { VersionLineage } from '../../__generated__/model.js';
import { useUrlState } from '../../url-state.js';
import type { TabProps } from '../model-page.js';
import { versionPath } from '../../paths.js';
import { useVersionNames } from '../use-version-names.js';
import { LineageGraph } from './lineage-graph.js';
import '../../components/filters.css';

/** What a version was made from, and what was made from it. */
export default function LineageTab({ model }: TabProps) {
  const [chosen, choose] = useUrlState('version', '');
  const { versions, isKnown } = useVersionNames(model.name);
  const ref = chosen === '' ? (versions[0]?.ref ?? '') : chosen;
  const { data, error, isLoading, refresh } = useLiveQuery(VersionLineage, { ref }, { pause: ref === '' });
  const version = data?.version;
  return (
    <>
      <div className="filters">
        <SelectField
          label="Version"
          value={ref}
          onChange={choose}
          options={versions.map((each) => ({ value: each.ref, label: each.ref }))}
        />
      </div>
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={4} />}
      {isKnown && versions.length === 0 && <p className="empty">No version has been published yet.</p>}
      {version?.lineage.nodes.length === 1 && (
        <p className="empty">
          <Link href={versionPath(version)}>{version.ref}</Link> states no version it was made from, and none
          states to be made from it. A publisher says so with publishVersion(derivedFrom: …).
        </p>
      )}
      {version && version.lineage.nodes.length > 1 && (
        <>
          <LineageGraph version={version} />
          {!version.lineage.isComplete && <p className="muted">The graph goes on beyond ten derivations.</p>}
        </>
      )}
    </>
  );
}
