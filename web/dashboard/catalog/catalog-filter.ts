import type { Domain, ModelFilter, ModelOrder } from '../__generated__/operations.js';
import { DOMAIN_NAMES } from './domains.js';

export type CatalogState = 'all' | 'deployed' | 'idle' | 'archived';

export const STATES: readonly { readonly value: CatalogState; readonly label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'deployed', label: 'Deployed' },
  { value: 'idle', label: 'Not deployed' },
  { value: 'archived', label: 'Archived' },
];

export type CatalogOrder = 'name' | 'changed' | 'new';

export const ORDERS: Readonly<Record<CatalogOrder, { readonly label: string; readonly by: ModelOrder }>> = {
  name: { label: 'By name', by: { field: 'NAME', direction: 'ASC' } },
  changed: { label: 'Last changed first', by: { field: 'UPDATED_AT', direction: 'DESC' } },
  new: { label: 'Newest first', by: { field: 'CREATED_AT', direction: 'DESC' } },
};

interface Wanted {
  readonly text: string;
  readonly domain: string;
  readonly label: string;
  readonly state: CatalogState;
}

/** The filter that an address asks for; what it does not know counts as nothing. */
export function catalogFilter({ text, domain, label, state }: Wanted): ModelFilter {
  return {
    ...(text.trim() !== '' && { text: text.trim() }),
    ...(Object.hasOwn(DOMAIN_NAMES, domain) && { domain: domain as Domain }),
    ...(label !== '' && { labels: [label] }),
    ...(state === 'archived' && { archived: true }),
    ...(state === 'deployed' && { deployed: true }),
    ...(state === 'idle' && { deployed: false }),
  };
}
