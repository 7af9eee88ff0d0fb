import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { IconName } from './components/icon.js';

/** What a page is given: the parameters of its path. */
export interface PageProps {
  readonly params: Readonly<Record<string, string | undefined>>;
}

interface PageRoute {
  /** As the server knows it, too: src/rest/dashboard-routes.ts. */
  readonly path: string;
  readonly component: LazyExoticComponent<ComponentType<PageProps>>;
}

const fleet = lazy(() => import('./fleet/fleet-page.js'));
const model = lazy(() => import('./models/model-page.js'));

/** Every page, each in a file of its own that is loaded when it is first opened. */
export const PAGES: readonly PageRoute[] = [
  { path: '/', component: fleet },
  { path: '/fleet', component: fleet },
  { path: '/deployments/:name', component: lazy(() => import('./deployment/deployment-page.js')) },
  { path: '/catalog', component: lazy(() => import('./catalog/catalog-page.js')) },
  { path: '/models/:name', component: model },
  { path: '/models/:name/:tab', component: model },
  { path: '/models/:name/:tab/:rest', component: model },
  { path: '/playground', component: lazy(() => import('./playground/choose-page.js')) },
  { path: '/playground/:ref', component: lazy(() => import('./playground/playground-page.js')) },
  { path: '/publish', component: lazy(() => import('./publishing/publish-page.js')) },
  { path: '/events', component: lazy(() => import('./events/events-page.js')) },
  { path: '/jobs', component: lazy(() => import('./jobs/jobs-page.js')) },
  { path: '/alerts', component: lazy(() => import('./alerts/alerts-page.js')) },
];

export interface NavigationEntry {
  readonly label: string;
  readonly href: string;
  readonly icon: IconName;
  /** Paths that belong to it beside its own. */
  readonly also: RegExp;
}

export const NAVIGATION: readonly NavigationEntry[] = [
  { label: 'Fleet', href: '/', icon: 'fleet', also: /^\/(?:fleet$|deployments\/)/ },
  { label: 'Catalog', href: '/catalog', icon: 'catalog', also: /^\/(?:models\/|publish)/ },
  { label: 'Playground', href: '/playground', icon: 'playground', also: /^\/playground/ },
  { label: 'Events', href: '/events', icon: 'events', also: /^\/events/ },
  { label: 'Jobs', href: '/jobs', icon: 'jobs', also: /^\/jobs/ },
  { label: 'Alerts', href: '/alerts', icon: 'alerts', also: /^\/alerts/ },
];
