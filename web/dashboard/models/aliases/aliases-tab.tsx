import { useState } from 'react';
import { Link } from 'wouter';
import { usePagedList } from '../../api/paged-list.js';
import { Button } from '../../components/button.js';
import { SelectField } from '../../components/fields.js';
import { Icon } from '../../components/icon.js';
import { LoadMore } from '../../components/load-more.js';
import { QueryError } from '../../components/query-error.js';
import { ScrollTable } from '../../components/scroll-table.js';
import { Skeleton } from '../../components/skeleton.js';
import { Time } from '../../components/time.js';
import { ModelAliases } from '../../__generated__/model.js';
import type { AliasTargetFragment } from '../../__generated__/operations.js';
import { useUrlState } from '../../url-state.js';
import type { TabProps } from '../model-page.js';
import { versionPath } from '../../paths.js';
import { AliasTimeline } from './alias-timeline.js';
import { MoveAlias } from './move-alias.js';
import { RollBackAlias } from './roll-back-alias.js';

const PAGE = 25;

type Question =
  | { readonly kind: 'move'; readonly alias: AliasTargetFragment | null }
  | {
      readonly kind: 'roll-back';
      readonly alias: AliasTargetFragment;
    };

/** Where the model's aliases point, and everything that ever happened to them. */
export default function AliasesTab({ model }: TabProps) {
  const [alias, setAlias] = useUrlState('alias', '');
  const [question, setQuestion] = useState<Question | null>(null);
  const list = usePagedList(
    ModelAliases,
    { name: model.name, alias: alias === '' ? null : alias, first: PAGE },
    (found) => found.model?.aliasHistory,
  );
  const { data, error, isLoading, refresh } = list;
  const aliases = data?.model?.aliases ?? [];
  const close = () => setQuestion(null);
  const done = () => {
    close();
    refresh();
  };
  return (
    <>
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={5} />}
      {data?.model && (
        <>
          <section className="panel" aria-label="Aliases">
            <div className="panel-head">
              <h2>Now</h2>
              {model.archivedAt === null && (
                <Button small onPress={() => setQuestion({ kind: 'move', alias: null })}>
                  <Icon name="plus" />
                  New alias
                </Button>
              )}
            </div>
            {aliases.length === 0 ? (
              <p className="empty">No alias yet. “production” is the one that a bare {model.name} means.</p>
            ) : (
              <AliasTable
                aliases={aliases}
                onMove={(moved) => setQuestion({ kind: 'move', alias: moved })}
                onRollBack={(moved) => setQuestion({ kind: 'roll-back', alias: moved })}
              />
            )}
          </section>
          <section className="panel panel-body" aria-label="History of the aliases">
            <div className="row">
              <h2>History</h2>
              {(aliases.length > 1 || alias !== '') && (
                <SelectField
                  label="Alias"
                  value={alias}
                  onChange={setAlias}
                  options={[
                    { value: '', label: 'All aliases' },
                    ...[
                      ...new Set([...aliases.map(({ name }) => name), ...(alias === '' ? [] : [alias])]),
                    ].map((name) => ({
                      value: name,
                      label: name,
                    })),
                  ]}
                />
              )}
            </div>
            <AliasTimeline changes={list.nodes} />
            {list.hasMore && (
              <LoadMore isLoading={list.isLoadingMore} onWanted={list.loadMore}>
                Show more
              </LoadMore>
            )}
          </section>
        </>
      )}
      {question?.kind === 'move' && (
        <MoveAlias model={model.name} alias={question.alias} onClose={close} onDone={done} />
      )}
      {question?.kind === 'roll-back' && (
        <RollBackAlias model={model.name} alias={question.alias} onClose={close} onDone={done} />
      )}
    </>
  );
}

interface AliasTableProps {
  readonly aliases: readonly AliasTargetFragment[];
  readonly onMove: (alias: AliasTargetFragment) => void;
  readonly onRollBack: (alias: AliasTargetFragment) => void;
}

function AliasTable({ aliases, onMove, onRollBack }: AliasTableProps) {
  return (
    <ScrollTable label="Aliases now">
      <thead>
        <tr>
          <th scope="col">Alias</th>
          <th scope="col">Points to</th>
          <th scope="col">Since</th>
          <th scope="col">Change</th>
        </tr>
      </thead>
      <tbody>
        {aliases.map((alias) => (
          <tr key={alias.name}>
            <th scope="row">
              {alias.name}
              {alias.protected && <span className="badge">protected</span>}
            </th>
            <td>
              <Link href={versionPath(alias.version)}>{alias.version.ref}</Link>
            </td>
            <td>
              <Time at={alias.updatedAt} /> by {alias.updatedBy}
            </td>
            <td>
              <span className="row">
                <Button small label={`Move ${alias.name}`} onPress={() => onMove(alias)}>
                  Move…
                </Button>
                <Button small quiet label={`Roll back ${alias.name}`} onPress={() => onRollBack(alias)}>
                  Roll back…
                </Button>
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </ScrollTable>
  );
}
