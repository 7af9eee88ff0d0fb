import { Link } from 'wouter';
import type { AlertRowFragment } from '../__generated__/operations.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { ScrollTable } from '../components/scroll-table.js';
import { Time } from '../components/time.js';
import { deploymentPath } from '../paths.js';
import { ALERT_STATES, SEVERITIES } from './alert-words.js';
import type { Silenced } from './silence-dialog.js';

interface AlertListProps {
  readonly alerts: readonly AlertRowFragment[];
  readonly onSilence: (silenced: Silenced) => void;
}

export function AlertList({ alerts, onSilence }: AlertListProps) {
  if (alerts.length === 0) return <p className="empty">There are no such alerts.</p>;
  return (
    <ScrollTable label="Alerts, newest first">
      <thead>
        <tr>
          <th scope="col">Alert</th>
          <th scope="col">State</th>
          <th scope="col">Deployment</th>
          <th scope="col">What was seen</th>
          <th scope="col">Since</th>
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <AlertRow key={alert.id} alert={alert} onSilence={onSilence} />
        ))}
      </tbody>
    </ScrollTable>
  );
}

function AlertRow({
  alert,
  onSilence,
}: {
  readonly alert: AlertRowFragment;
  readonly onSilence: AlertListProps['onSilence'];
}) {
  const { ruleName, deploymentName, state, severity, message, since, resolvedAt, silencedUntil } = alert;
  const [tone, icon, word] = ALERT_STATES[state];
  const [severityTone, severityIcon, severityWord] = SEVERITIES[severity];
  return (
    <tr>
      <th scope="row">{ruleName}</th>
      <td>
        <div className="row">
          <Badge tone={tone} icon={icon}>
            {word}
          </Badge>
          <Badge tone={state === 'RESOLVED' ? 'idle' : severityTone} icon={severityIcon}>
            {severityWord}
          </Badge>
          {silencedUntil !== null && (
            <Badge tone="idle" icon="silenced">
              Silent until <Time at={silencedUntil} form="clock" />
            </Badge>
          )}
        </div>
      </td>
      <td>
        <Link href={deploymentPath(deploymentName)}>{deploymentName}</Link>
      </td>
      <td className="finding">{message}</td>
      <td>
        <Time at={since} />
        {resolvedAt !== null && (
          <p className="muted">
            resolved <Time at={resolvedAt} />
          </p>
        )}
      </td>
      <td>
        {state !== 'RESOLVED' && silencedUntil === null && (
          <Button
            small
            label={`Silence ${ruleName} of ${deploymentName}`}
            onPress={() => onSilence({ rule: ruleName, deployment: deploymentName })}
          >
            Silence…
          </Button>
        )}
      </td>
    </tr>
  );
}
