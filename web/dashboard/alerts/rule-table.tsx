import { useState } from 'react';
import { DeleteAlertRule, UnsilenceAlerts, UpdateAlertRule } from '../__generated__/alerts.js';
import type { AlertRulesQuery } from '../__generated__/operations.js';
import { Badge } from '../components/badge.js';
import { Button } from '../components/button.js';
import { ReasonDialog } from '../components/reason-dialog.js';
import { ScrollTable } from '../components/scroll-table.js';
import { Time } from '../components/time.js';
import { formatDuration } from '../formats/durations.js';
import { SEVERITIES } from './alert-words.js';
import type { Silenced } from './silence-dialog.js';

export type Rule = AlertRulesQuery['alertRules']['edges'][number]['node'];

interface RuleTableProps {
  readonly rules: readonly Rule[];
  readonly onSilence: (silenced: Silenced) => void;
  readonly onChanged: () => void;
}

type Asked = { readonly rule: Rule; readonly what: 'delete' | 'switch' | 'unsilence' };

export function RuleTable({ rules, onSilence, onChanged }: RuleTableProps) {
  const [asked, setAsked] = useState<Asked | null>(null);
  if (rules.length === 0)
    return <p className="empty">No rule watches yet. Make one to be told when something is wrong.</p>;
  return (
    <>
      <ScrollTable label="Alert rules">
        <thead>
          <tr>
            <th scope="col">Rule</th>
            <th scope="col">Watches for</th>
            <th scope="col">Deployments</th>
            <th scope="col">State</th>
            <th scope="col">Webhooks</th>
            <th scope="col">
              <span className="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <RuleRow
              key={rule.id}
              rule={rule}
              onSilence={() => onSilence({ rule: rule.name })}
              onAsk={(what) => setAsked({ rule, what })}
            />
          ))}
        </tbody>
      </ScrollTable>
      {asked !== null && <RuleQuestion {...asked} onClose={() => setAsked(null)} onDone={onChanged} />}
    </>
  );
}

interface RuleRowProps {
  readonly rule: Rule;
  readonly onSilence: () => void;
  readonly onAsk: (what: Asked['what']) => void;
}

function RuleRow({ rule, onSilence, onAsk }: RuleRowProps) {
  const { name, summary, severity, condition, deployments, forDuration, enabled, silencedUntil, webhooks } =
    rule;
  const [tone, icon, word] = SEVERITIES[severity];
  const firing = rule.alerts.filter(({ state }) => state === 'FIRING').length;
  return (
    <tr>
      <th scope="row">
        {name}
        {summary !== '' && <div className="muted">{summary}</div>}
      </th>
      <td className="finding">
        {condition.text}
        {forDuration !== 'PT0S' && `, for ${formatDuration(forDuration)}`}
      </td>
      <td>{deployments.length === 0 ? 'all' : deployments.join(', ')}</td>
      <td>
        <div className="row">
          <Badge tone={tone} icon={icon}>
            {word}
          </Badge>
          {!enabled && (
            <Badge tone="idle" icon="pause">
              Switched off
            </Badge>
          )}
          {firing > 0 && (
            <Badge tone="bad" icon="bell">
              {firing} firing
            </Badge>
          )}
          {silencedUntil !== null && (
            <Badge tone="idle" icon="silenced">
              Silent until <Time at={silencedUntil} form="clock" />
            </Badge>
          )}
        </div>
      </td>
      <td>
        {webhooks.length === 0 && <span className="muted">none</span>}
        <ul>
          {webhooks.map(({ url, problem, waitingCount }) => (
            <li key={url}>
              <span className="mono">{url}</span>
              {problem !== null && <p className="is-bad">{problem}</p>}
              {waitingCount > 0 && <p className="muted">{waitingCount} wait</p>}
            </li>
          ))}
        </ul>
      </td>
      <td>
        <div className="row">
          {silencedUntil === null ? (
            <Button small label={`Silence ${name}`} onPress={onSilence}>
              Silence…
            </Button>
          ) : (
            <Button small label={`End silence of ${name}`} onPress={() => onAsk('unsilence')}>
              End silence…
            </Button>
          )}
          <Button small label={`Switch ${enabled ? 'off' : 'on'}: ${name}`} onPress={() => onAsk('switch')}>
            Switch {enabled ? 'off' : 'on'}…
          </Button>
          <Button small danger label={`Delete ${name}`} onPress={() => onAsk('delete')}>
            Delete…
          </Button>
        </div>
      </td>
    </tr>
  );
}

function RuleQuestion({
  rule: { name, enabled },
  what,
  onClose,
  onDone,
}: Asked & { onClose: () => void; onDone: () => void }) {
  const common = { onClose, onDone };
  if (what === 'delete')
    return (
      <ReasonDialog
        title={`Delete the rule ${name}?`}
        document={DeleteAlertRule}
        variablesFor={(reason) => ({ input: { rule: name, reason } })}
        confirm="Delete the rule"
        isDestructive
        {...common}
      >
        <p>Nothing is watched for it any more. Its alerts are resolved first, and stay in the list.</p>
      </ReasonDialog>
    );
  if (what === 'unsilence')
    return (
      <ReasonDialog
        title={`End the silence of ${name}?`}
        document={UnsilenceAlerts}
        variablesFor={(reason) => ({ input: { rule: name, reason } })}
        confirm="End the silence"
        {...common}
      >
        <p>Webhooks are told of its alerts again, beginning with what fires now.</p>
      </ReasonDialog>
    );
  return (
    <ReasonDialog
      title={`Switch ${name} ${enabled ? 'off' : 'on'}?`}
      document={UpdateAlertRule}
      variablesFor={(reason) => ({ input: { rule: name, enabled: !enabled, reason } })}
      confirm={enabled ? 'Switch off' : 'Switch on'}
      isDestructive={enabled}
      {...common}
    >
      <p>
        {enabled
          ? 'It is not looked at until it is switched on again, and what fires of it is resolved.'
          : 'It is looked at every few seconds again.'}
      </p>
    </ReasonDialog>
  );
}
