import { useState } from 'react';
import { AlertedDeployments, CreateAlertRule } from '../__generated__/alerts.js';
import { AlertMetricValues } from '../__generated__/enums.js';
import type { AlertMetric, AlertOperator, AlertSeverity } from '../__generated__/operations.js';
import { useAction } from '../api/action.js';
import { useLiveQuery } from '../api/live-query.js';
import { Button } from '../components/button.js';
import { Dialog } from '../components/dialog.js';
import { ReasonField, SelectField, TextField } from '../components/fields.js';
import { Notice } from '../components/notice.js';
import { METRICS, SEVERITIES } from './alert-words.js';

const WINDOWS = [
  { value: 'PT1M', label: '1 minute' },
  { value: 'PT5M', label: '5 minutes' },
  { value: 'PT15M', label: '15 minutes' },
  { value: 'PT1H', label: '1 hour' },
] as const;
const FOR = [
  { value: 'PT0S', label: 'at once' },
  { value: 'PT1M', label: '1 minute' },
  { value: 'PT5M', label: '5 minutes' },
  { value: 'PT15M', label: '15 minutes' },
] as const;
const THRESHOLD = ['condition', 'threshold'] as const;

interface RuleDialogProps {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** A rule on a number that is beyond a limit. Other conditions are made by the API, and shown here like this one. */
export function RuleDialog({ onClose, onDone }: RuleDialogProps) {
  const [name, setName] = useState('');
  const [metric, setMetric] = useState<AlertMetric>('ERROR_RATE');
  const [operator, setOperator] = useState<AlertOperator>('ABOVE');
  const [value, setValue] = useState('');
  const [window, setWindow] = useState('PT5M');
  const [forDuration, setForDuration] = useState('PT1M');
  const [deployment, setDeployment] = useState('');
  const [severity, setSeverity] = useState<AlertSeverity>('WARNING');
  const [reason, setReason] = useState('');
  const [ownFault, setOwnFault] = useState<string | null>(null);
  const action = useAction(CreateAlertRule);
  const { data } = useLiveQuery(AlertedDeployments, {});
  const { unit, scale } = METRICS[metric];

  const submit = async () => {
    const limit = Number(value.trim().replace(/\s*%$/, ''));
    if (value.trim() === '' || !Number.isFinite(limit)) {
      setOwnFault(`Give a number in ${unit}, such as 5; got “${value}”.`);
      return;
    }
    setOwnFault(null);
    const done = await action.run({
      input: {
        name: name.trim(),
        severity,
        condition: { threshold: { metric, operator, value: limit / scale, window } },
        forDuration,
        reason: reason.trim() === '' ? null : reason.trim(),
        ...(deployment !== '' && { deployments: [deployment] }),
      },
    });
    if (done === null) return;
    onDone();
    onClose();
  };

  return (
    <Dialog title="New alert rule" onClose={onClose}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label="Name"
          placeholder="many-errors"
          value={name}
          onChange={setName}
          fault={action.faultAt('name')}
        />
        <div className="form-row">
          <SelectField
            label="Watch"
            options={AlertMetricValues.map((each) => ({ value: each, label: METRICS[each].label }))}
            value={metric}
            onChange={(next) => setMetric(next as AlertMetric)}
            fault={action.faultAt(...THRESHOLD, 'metric')}
          />
          <SelectField
            label="Bad is"
            options={[
              { value: 'ABOVE', label: 'above' },
              { value: 'BELOW', label: 'below' },
            ]}
            value={operator}
            onChange={(next) => setOperator(next as AlertOperator)}
          />
          <TextField
            label={`Limit, ${unit}`}
            inputMode="decimal"
            value={value}
            onChange={setValue}
            fault={ownFault ?? action.faultAt(...THRESHOLD, 'value')}
          />
        </div>
        <div className="form-row">
          <SelectField
            label="Measured over"
            options={WINDOWS}
            value={window}
            onChange={setWindow}
            fault={action.faultAt(...THRESHOLD, 'window')}
          />
          <SelectField
            label="Fires after"
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
        </div>
        <SelectField
          label="Deployment"
          options={[
            { value: '', label: 'all, also those to come' },
            ...(data?.deployments.edges.map(({ node }) => ({ value: node.name, label: node.name })) ?? []),
          ]}
          value={deployment}
          onChange={setDeployment}
          fault={action.faultAt('deployments')}
        />
        <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
        {action
          .otherFaults(
            'name',
            'condition.threshold.metric',
            'condition.threshold.value',
            'condition.threshold.window',
            'forDuration',
            'deployments',
            'reason',
          )
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
