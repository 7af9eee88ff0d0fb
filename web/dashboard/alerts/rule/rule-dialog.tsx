import { useState } from 'react';
import { AlertedDeployments, CreateAlertRule } from '../../__generated__/alerts.js';
import type { AlertSeverity } from '../../__generated__/operations.js';
import { useAction } from '../../api/action.js';
import { usePagedList } from '../../api/paged-list.js';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { ReasonField, SelectField, TextField } from '../../components/fields.js';
import { Notice } from '../../components/notice.js';
import { CONDITIONS, SEVERITIES } from '../alert-words.js';
import { FOR } from './choices.js';
import { BEGINNING, readDraft, type ConditionKind } from './condition-draft.js';
import { ConditionFields } from './condition-fields.js';
import { NO_WEBHOOK, WebhookFields, webhookInput } from './webhook-fields.js';

interface RuleDialogProps {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** A new rule: what to watch for, where, and who is told. */
export function RuleDialog({ onClose, onDone }: RuleDialogProps) {
  const [name, setName] = useState('');
  const [draft, setDraft] = useState(BEGINNING);
  const [forDuration, setForDuration] = useState('PT1M');
  const [deployment, setDeployment] = useState('');
  const [severity, setSeverity] = useState<AlertSeverity>('WARNING');
  const [webhook, setWebhook] = useState(NO_WEBHOOK);
  const [reason, setReason] = useState('');
  const [wasTried, setTried] = useState(false);
  const action = useAction(CreateAlertRule);
  const { nodes: deployments } = usePagedList(AlertedDeployments, {}, (data) => data.deployments, {
    all: true,
  });
  const { condition, faults } = readDraft(draft);

  const submit = async () => {
    setTried(true);
    if (condition === null) return;
    const done = await action.run({
      input: {
        name: name.trim(),
        severity,
        condition,
        forDuration,
        reason: reason.trim() === '' ? null : reason.trim(),
        ...webhookInput(webhook),
        ...(deployment !== '' && { deployments: [deployment] }),
      },
    });
    if (done === null) return;
    onDone();
    onClose();
  };

  return (
    <Dialog title="New alert rule" onClose={onClose} wide>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="form-row">
          <TextField
            label="Name"
            placeholder="many-errors"
            value={name}
            onChange={setName}
            fault={action.faultAt('name')}
          />
          <SelectField
            label="Fires when"
            options={Object.entries(CONDITIONS).map(([value, label]) => ({ value, label }))}
            value={draft.kind}
            onChange={(kind) => setDraft({ ...draft, kind: kind as ConditionKind })}
          />
        </div>
        <ConditionFields
          draft={draft}
          onChange={(change) => setDraft({ ...draft, ...change })}
          faults={wasTried ? faults : {}}
          serverFault={(field) => action.faultAt('condition', draft.kind, field)}
        />
        <div className="form-row">
          <SelectField
            label="Fires after"
            hint="How long it has to hold."
            options={FOR}
            value={forDuration}
            onChange={setForDuration}
            fault={action.faultAt('forDuration')}
          />
          <SelectField
            label="Severity"
            options={Object.entries(SEVERITIES).map(([each, [, , label]]) => ({ value: each, label }))}
            value={severity}
            onChange={(next) => setSeverity(next as AlertSeverity)}
          />
          <SelectField
            label="Deployment"
            options={[
              { value: '', label: 'all, also those to come' },
              ...deployments.map((each) => ({ value: each.name, label: each.name })),
            ]}
            value={deployment}
            onChange={setDeployment}
            fault={action.faultAt('deployments')}
          />
        </div>
        <WebhookFields
          webhook={webhook}
          onChange={setWebhook}
          faultAt={(field) => action.faultAt('webhooks', '0', field)}
        />
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {action
          .otherFaults('name', ...SHOWN_OF[draft.kind], 'forDuration', 'deployments', 'webhooks.0', 'reason')
          .map((message) => (
            <Notice key={message} kind="bad">
              {message}
            </Notice>
          ))}
        <div className="dialog-actions">
          <Button onPress={onClose}>Cancel</Button>
          <Button type="submit" primary isDisabled={action.isRunning}>
            Make the rule
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Fields of each condition that say themselves what is wrong with them. */
const SHOWN_OF: Readonly<Record<ConditionKind, readonly string[]>> = {
  threshold: ['metric', 'value', 'clearValue', 'window'].map((field) => `condition.threshold.${field}`),
  rateOfChange: ['metric', 'factor', 'window', 'compareTo'].map((field) => `condition.rateOfChange.${field}`),
  burnRate: ['objective', 'latencyMs', 'longWindow', 'shortWindow', 'factor'].map(
    (field) => `condition.burnRate.${field}`,
  ),
  drift: ['condition.drift.window'],
  noTraffic: ['condition.noTraffic.window'],
  staleness: ['condition.staleness.maxAge'],
  evaluation: ['condition.evaluation.metric', 'condition.evaluation.dataset', 'condition.evaluation.value'],
};
