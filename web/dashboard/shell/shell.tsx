import { Route, Switch } from 'wouter';
import { PAGES } from '../pages.js';
import { ConnectionBanner } from './connection-banner.js';
import { NotFoundPage } from './not-found-page.js';
import { PageErrors } from './page-errors.js';
import { Sidebar } from './sidebar.js';

/** What stands around every page: the way to the others, and whether what it shows is live. */
export function Shell() {
  return (
    <>
      <a
        className="skip-link"
        href="#main"
        onClick={(event) => {
          // The address stays as it is: it says what the page shows.
          event.preventDefault();
          document.getElementById('main')?.focus();
        }}
      >
        Skip to the content
      </a>
      <div className="shell">
        <Sidebar />
        <div className="content">
          <ConnectionBanner />
          <main id="main" tabIndex={-1}>
            <PageErrors>
              <Switch>
                {PAGES.map(({ path, component: Component }) => (
                  <Route key={path} path={path}>
                    {(params) => <Component params={params} />}
                  </Route>
                ))}
                <Route>
                  <NotFoundPage />
                </Route>
              </Switch>
            </PageErrors>
          </main>
        </div>
      </div>
    </>
  );
}
