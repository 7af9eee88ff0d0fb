import type { ComponentType } from 'react';
import type { IconName } from './components/icon.js';
import { loadedLater } from './loading/loaded-later.js';

/** What a page is given: the parameters of its path. */
export interface PageProps {
  readonly params: Readonly<Record<string, string | undefined>>;
}

interface PageRoute {
  /** As the server knows it, too: src/rest/dashboard-routes.ts. */
  readonly path: string;
  readonly component: ComponentType<PageProps>;
}

const fleet = loadedLater<PageProps>(() => import('./fleet/fleet-page.js'), 'page');
const model = loadedLater<PageProps>(() => import('./models/model-page.js'), 'page');

/** Every page, each in a file of its own that is loaded when it is first opened. */
export const PAGES: readonly PageRoute[] = [
  { path: '/', component: fleet },
  { path: '/fleet', component: fleet },
  {
    path: '/deployments/:name',
    component: loadedLater<PageProps>(() => import('./deployment/deployment-page.js'), 'page'),
  },
  { path: '/catalog', component: loadedLater<PageProps>(() => import('./catalog/catalog-page.js'), 'page') },
  { path: '/models/:name', component: model },
  { path: '/models/:name/:tab', component: model },
  { path: '/models/:name/:tab/:rest', component: model },
  {
    path: '/playground',
    component: loadedLater<PageProps>(() => import('./playground/choose-page.js'), 'page'),
  },
  {
    path: '/playground/:ref',
    component: loadedLater<PageProps>(() => import('./playground/playground-page.js'), 'page'),
  },
  {
    path: '/publish',
    component: loadedLater<PageProps>(() => import('./publishing/publish-page.js'), 'page'),
  },
  { path: '/events', component: loadedLater<PageProps>(() => import('./events/events-page.js'), 'page') },
  { path: '/jobs', component: loadedLater<PageProps>(() => import('./jobs/jobs-page.js'), 'page') },
  { path: '/alerts', component: loadedLater<PageProps>(() => import('./alerts/alerts-page.js'), 'page') },
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
