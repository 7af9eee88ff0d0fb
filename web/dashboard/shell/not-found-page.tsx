import { Link, useLocation } from 'wouter';
import { Icon } from '../components/icon.js';

const SHOWN = 200;

export function NotFoundPage() {
  const [address] = useLocation();
  return (
    <div className="stack">
      <title>Not found · Retort</title>
      <h1 tabIndex={-1}>There is no such page</h1>
      <p className="lead">
        There is nothing at <span className="mono break">{address.slice(0, SHOWN)}</span>. It may have been
        mistyped, or stand in a link that is old.
      </p>
      <nav className="row" aria-label="Where to go from here">
        <Link className="button" href="/">
          <Icon name="fleet" />
          To the fleet
        </Link>
        <Link className="button quiet" href="/catalog">
          <Icon name="catalog" />
          To the catalog
        </Link>
      </nav>
    </div>
  );
}
