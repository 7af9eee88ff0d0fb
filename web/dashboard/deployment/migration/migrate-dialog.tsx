import { useState } from 'react';
import { MigrateDeployment, MigrationTargets } from '../../__generated__/deployment-actions.js';
import type { MigrationStrategy } from '../../__generated__/operations.js';
import { useAction } from '../../api/action.js';
import { usePagedList } from '../../api/paged-list.js';
import { Button } from '../../components/button.js';
import { Dialog } from '../../components/dialog.js';
import { CheckField, ReasonField, SelectField } from '../../components/fields.js';
import { Notice } from '../../components/notice.js';
import { QueryError } from '../../components/query-error.js';
import { Skeleton } from '../../components/skeleton.js';
import { CanaryFields } from './canary-fields.js';
import { beginningPlan, canaryInput, planFaults, type CanaryPlan } from './canary-plan.js';
import { STRATEGY_NAMES, STRATEGY_TEXTS } from './migration-words.js';

const STRATEGIES: readonly MigrationStrategy[] = ['CANARY', 'SHADOW', 'BLUE_GREEN', 'IMMEDIATE'];

interface MigrateDialogProps {
  readonly deployment: string;
  readonly onClose: () => void;
}

/** Moves a deployment to another version: which, how, and why. */
export default function MigrateDialog({ deployment, onClose }: MigrateDialogProps) {
  const {
    nodes: versions,
    data,
    error,
    refresh,
  } = usePagedList(MigrationTargets, { name: deployment }, ({ deployment: found }) => found?.model.versions, {
    all: true,
  });
  const now = data?.deployment?.version.ref;
  const targets = versions.filter(({ ref }) => ref !== now);
  return (
    <Dialog title={`Migrate ${deployment}`} onClose={onClose}>
      {error !== undefined && <QueryError error={error} onRetry={refresh} />}
      {data === undefined && error === undefined && <Skeleton lines={5} />}
      {data !== undefined && targets.length === 0 && (
        <>
          <p>
            <span className="mono">{now}</span> is the only version of this model. Publish another one first.
          </p>
          <div className="dialog-actions">
            <Button onPress={onClose}>Close</Button>
          </div>
        </>
      )}
      {now !== undefined && targets[0] !== undefined && (
        <MigrateForm
          {...{ deployment, now, onClose }}
          first={targets[0].ref}
          options={targets.map(({ ref, tags, aliases }) => ({
            value: ref,
            label: [ref, ...[...aliases, ...tags].map(({ name }) => name)].join(' · '),
          }))}
        />
      )}
    </Dialog>
  );
}

interface MigrateFormProps extends MigrateDialogProps {
  readonly now: string;
  readonly first: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

function MigrateForm({ deployment, now, first, options, onClose }: MigrateFormProps) {
  const [version, setVersion] = useState(first);
  const [strategy, setStrategy] = useState<MigrationStrategy>('CANARY');
  const [plan, setPlan] = useState<CanaryPlan>(beginningPlan);
  const [comparesAnswers, setComparesAnswers] = useState(false);
  const [approval, setApproval] = useState(false);
  const [allowBreaking, setAllowBreaking] = useState(false);
  const [reason, setReason] = useState('');
  const [wasTried, setTried] = useState(false);
  const action = useAction(MigrateDeployment);
  const isCanary = strategy === 'CANARY';
  const ownFaults = isCanary ? planFaults(plan) : {};
  const watches = isCanary || strategy === 'SHADOW';

  const submit = async () => {
    setTried(true);
    if (Object.keys(ownFaults).length > 0) return;
    const done = await action.run({
      input: {
        deployment,
        version,
        strategy,
        allowBreaking,
        waitMs: 0,
        reason: reason.trim() === '' ? null : reason.trim(),
        ...(isCanary && { canary: canaryInput(plan) }),
        ...(watches && comparesAnswers && { guards: { outputDifference: {} } }),
        ...(watches && { approval }),
      },
    });
    if (done !== null) onClose();
  };

  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <SelectField
        label="Version"
        hint={`${now} serves until the new one is loaded and warm.`}
        options={options}
        value={version}
        onChange={setVersion}
        fault={action.faultAt('version')}
      />
      <SelectField
        label="Strategy"
        hint={STRATEGY_TEXTS[strategy]}
        options={STRATEGIES.map((value) => ({ value, label: STRATEGY_NAMES[value] }))}
        value={strategy}
        onChange={(value) => setStrategy(value as MigrationStrategy)}
        fault={action.faultAt('strategy')}
      />
      {isCanary && (
        <CanaryFields
          plan={plan}
          onChange={setPlan}
          faults={wasTried ? ownFaults : {}}
          serverFault={action.faultAt('canary')}
        />
      )}
      {watches && (
        <div className="stack">
          <CheckField value={comparesAnswers} onChange={setComparesAnswers}>
            Roll back if more than 1 % of the answers differ
          </CheckField>
          <CheckField value={approval} onChange={setApproval}>
            Wait for approval after the last step
          </CheckField>
        </div>
      )}
      {(action.hasCode('BREAKING_SIGNATURE') || allowBreaking) && (
        <CheckField value={allowBreaking} onChange={setAllowBreaking}>
          Migrate even though callers may be refused or misled
        </CheckField>
      )}
      <ReasonField value={reason} onChange={setReason} fault={action.faultAt('reason')} />
      {action.otherFaults('version', 'strategy', 'canary', 'reason').map((message) => (
        <Notice key={message} kind="bad">
          {message}
        </Notice>
      ))}
      <div className="dialog-actions">
        <Button onPress={onClose}>Cancel</Button>
        <Button type="submit" primary isDisabled={action.isRunning}>
          {action.isRunning ? 'One moment…' : `Start: ${STRATEGY_NAMES[strategy].toLowerCase()}`}
        </Button>
      </div>
    </form>
  );
}
