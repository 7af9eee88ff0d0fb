import { Link, useLocation } from 'wouter';
import { connection } from '../api/connection.js';
import { session, logOut } from '../api/session.js';
import { useStore } from '../api/store.js';
import { Button } from '../components/button.js';
import { Icon } from '../components/icon.js';
import { NAVIGATION } from '../pages.js';
import { ThemeSwitch } from './theme-switch.js';

const CONNECTION_WORDS = { connecting: 'Connecting…', connected: 'Live', lost: 'Not connected' } as const;
const CONNECTION_ICONS = { connecting: 'clock', connected: 'pulse', lost: 'offline' } as const;

/** The way to every page; at the bottom of a phone. */
export function Sidebar() {
  const [path] = useLocation();
  const { phase } = useStore(connection);
  const { phase: sessionPhase } = useStore(session);
  return (
    <header className="sidebar">
      <Link className="brand" href="/" aria-label="Retort: to the fleet">
        <Icon name="retort" />
        <span>Retort</span>
      </Link>
      <nav className="nav" aria-label="Pages">
        <ul>
          {NAVIGATION.map(({ label, href, icon, also }) => (
            <li key={href}>
              <Link href={href} aria-current={currency(path, href, also)}>
                <Icon name={icon} />
                {label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="sidebar-foot">
        <p className="connection" data-phase={phase}>
          <Icon name={CONNECTION_ICONS[phase]} />
          <span>{CONNECTION_WORDS[phase]}</span>
        </p>
        <div className="row">
          <ThemeSwitch />
          {sessionPhase === 'key' && (
            <Button quiet small iconOnly label="Log out: forget the API key" onPress={logOut}>
              <Icon name="logout" />
            </Button>
          )}
        </div>
      </div>
    </header>
  );
}

function currency(path: string, href: string, also: RegExp): 'page' | 'true' | undefined {
  if (path === href) return 'page';
  return also.test(path) ? 'true' : undefined;
}
