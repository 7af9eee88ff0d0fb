import { TextField } from '../../components/fields.js';
import type { CanaryFaults, CanaryPlan } from './canary-plan.js';

interface CanaryFieldsProps {
  readonly plan: CanaryPlan;
  readonly onChange: (plan: CanaryPlan) => void;
  readonly faults: CanaryFaults;
  readonly serverFault: string | null;
}

/** The steps of a canary: each lasts until its time is over and its requests are made. */
export function CanaryFields({ plan, onChange, faults, serverFault }: CanaryFieldsProps) {
  return (
    <div className="form-row">
      <TextField
        label="Shares, %"
        hint="One step each"
        value={plan.shares}
        onChange={(shares) => onChange({ ...plan, shares })}
        fault={faults.shares ?? serverFault}
      />
      <TextField
        label="Seconds a step"
        hint="At least"
        inputMode="numeric"
        value={plan.dwellSeconds}
        onChange={(dwellSeconds) => onChange({ ...plan, dwellSeconds })}
        fault={faults.dwellSeconds}
      />
      <TextField
        label="Requests a step"
        hint="With fewer than 299 the guards cannot decide"
        inputMode="numeric"
        value={plan.minRequests}
        onChange={(minRequests) => onChange({ ...plan, minRequests })}
        fault={faults.minRequests}
      />
    </div>
  );
}
