import { Link } from 'wouter';
import { Icon, type IconName } from '../../components/icon.js';
import { Time } from '../../components/time.js';
import type { AliasChangeKind, ModelAliasesQuery } from '../../__generated__/operations.js';
import { versionPath } from '../../paths.js';

type Change = NonNullable<ModelAliasesQuery['model']>['aliasHistory']['edges'][number]['node'];

const LOOKS: Readonly<Record<AliasChangeKind, readonly [icon: IconName, word: string]>> = {
  MOVED: ['next', 'moved'],
  ROLLED_BACK: ['back', 'rolled back'],
  REMOVED: ['cross', 'removed'],
  PROTECTED: ['check', 'protected'],
  UNPROTECTED: ['warning', 'no longer protected'],
};

/** What happened to aliases, the newest first. */
export function AliasTimeline({ changes }: { readonly changes: readonly Change[] }) {
  if (changes.length === 0) return <p className="empty">Nothing has happened yet.</p>;
  return (
    <ol className="timeline">
      {changes.map((change) => {
        const [icon, word] = LOOKS[change.kind];
        return (
          <li key={`${change.at} ${change.alias} ${change.kind}`}>
            <span className="timeline-mark">
              <Icon name={icon} />
            </span>
            <div>
              <p>
                <b>{change.alias}</b>{' '}
                {change.from === null && change.kind === 'MOVED' ? 'created, pointing' : word}
                <Targets change={change} />
              </p>
              {change.reason !== null && <p className="reason">“{change.reason}”</p>}
              <p className="muted">
                <Time at={change.at} /> by {change.actor}
              </p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

function Targets({ change: { from, to } }: { readonly change: Change }) {
  if (from !== null && to !== null && from.id === to.id) return null;
  return (
    <>
      {from && (
        <>
          {' from '}
          <Link href={versionPath(from)}>{from.ref}</Link>
        </>
      )}
      {to && (
        <>
          {' to '}
          <Link href={versionPath(to)}>{to.ref}</Link>
        </>
      )}
    </>
  );
}
