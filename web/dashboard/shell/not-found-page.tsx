import { Link } from 'wouter';

export function NotFoundPage() {
  return (
    <div className="stack">
      <title>Not found · Retort</title>
      <h1 tabIndex={-1}>There is no such page</h1>
      <p>
        The address is not one of this dashboard. <Link href="/">To the fleet</Link>
      </p>
    </div>
  );
}
