import { Link } from 'wouter';
import { usePagedList } from '../api/paged-list.js';
import { Button } from '../components/button.js';
import { Choices } from '../components/choices.js';
import { SelectField, TextField } from '../components/fields.js';
import { Icon } from '../components/icon.js';
import { LoadMore } from '../components/load-more.js';
import { QueryError } from '../components/query-error.js';
import { Skeleton } from '../components/skeleton.js';
import { useDebounced } from '../components/use-debounced.js';
import { CatalogModels } from '../__generated__/catalog.js';
import { PageHead } from '../shell/page.js';
import { useUrlState } from '../url-state.js';
import { DOMAIN_OPTIONS } from './domains.js';
import { catalogFilter, ORDERS, STATES, type CatalogOrder, type CatalogState } from './catalog-filter.js';
import { ModelEntry } from './model-entry.js';
import { publishPath } from '../paths.js';
import '../components/filters.css';
import './catalog.css';

const PAUSE_MS = 150;
const PAGE = 30;

/** Every model, found as one types. */
export default function CatalogPage() {
  const [text, setText] = useUrlState('q', '');
  const [domain, setDomain] = useUrlState('domain', '');
  const [label, setLabel] = useUrlState('label', '');
  const [state, setState] = useUrlState<CatalogState>('state', 'all');
  const [order, setOrder] = useUrlState<CatalogOrder>('order', 'name');
  const words = useDebounced(text, PAUSE_MS);
  const filter = catalogFilter({ text: words, domain, label, state });
  const variables = { filter, orderBy: ORDERS[order].by, first: PAGE };
  const list = usePagedList(CatalogModels, variables, ({ models }) => models);
  const { data, error, isLoading, refresh } = list;
  const total = data?.models.totalCount ?? 0;
  const isFiltered = [text, domain, label].some((value) => value !== '') || state !== 'all';
  return (
    <>
      <PageHead
        title="Catalog"
        lead="Every model, with its versions and where it is served."
        query={CatalogModels}
        variables={variables}
        actions={
          <Link className="button primary" href={publishPath()}>
            <Icon name="upload" />
            Publish a model
          </Link>
        }
      />
      <search className="filters" aria-label="Catalog">
        <TextField
          label="Search"
          type="search"
          placeholder="Name, title, label or words of the card"
          value={text}
          onChange={setText}
          maxLength={500}
        />
        <SelectField label="Domain" value={domain} onChange={setDomain} options={DOMAIN_OPTIONS} />
        <SelectField
          label="Order"
          value={order}
          onChange={(value) => setOrder(value as CatalogOrder)}
          options={Object.entries(ORDERS).map(([value, { label: words }]) => ({ value, label: words }))}
        />
        <Choices
          label="State"
          options={STATES}
          value={state}
          onChange={(value) => setState(value as CatalogState)}
        />
      </search>
      <div className="row">
        <p role="status">{data === undefined ? '' : summary(total, isFiltered)}</p>
        {label !== '' && (
          <Button small onPress={() => setLabel('')} label={`Remove the filter by label ${label}`}>
            Label: {label} <Icon name="cross" />
          </Button>
        )}
      </div>
      {error && <QueryError error={error} onRetry={refresh} />}
      {isLoading && <Skeleton lines={8} />}
      <ul className="models">
        {list.nodes.map((model) => (
          <li key={model.id}>
            <ModelEntry model={model} onLabel={setLabel} />
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

function summary(total: number, isFiltered: boolean): string {
  if (total === 0) return isFiltered ? 'No model meets all of these conditions.' : 'There is no model yet.';
  return `${total} ${total === 1 ? 'model' : 'models'}`;
}
