import { TextField } from '../../components/fields.js';
import type { InstanceFieldProps } from '../one-instance.js';
import { NuclideChart } from './nuclide-chart.js';
import { isPossible, LARGEST_Z, NEUTRONS, nuclideName } from './landscape.js';
import { nuclideOf } from './nuclide-of.js';

/** A nuclide, picked from the chart or by its numbers. */
export function NuclideField({ text, onChange, pipeline }: InstanceFieldProps) {
  const { z, n } = nuclideOf(text);
  const set = (protons: string, neutrons: string) =>
    onChange(JSON.stringify({ z: numberOf(protons), n: numberOf(neutrons) }));
  const chosen = Number.isInteger(z) && Number.isInteger(n) ? { z, n } : null;
  const range = NEUTRONS[z - 1];
  return (
    <>
      <NuclideChart
        chosen={chosen}
        domain={pipeline.domain}
        onChoose={(next) => onChange(JSON.stringify(next))}
      />
      <div className="form-row">
        <TextField
          label="Protons Z"
          inputMode="numeric"
          value={textOf(z)}
          onChange={(value) => set(value, textOf(n))}
          fault={range === undefined ? `Expected a whole number from 1 to ${LARGEST_Z}.` : null}
        />
        <TextField
          label="Neutrons N"
          inputMode="numeric"
          value={textOf(n)}
          onChange={(value) => set(textOf(z), value)}
          fault={
            range !== undefined && !isPossible(z, n)
              ? `Expected ${range.min} to ${range.max} for Z = ${z}.`
              : null
          }
        />
        <p className="nuclide-name" aria-live="polite">
          {chosen !== null && isPossible(z, n) ? nuclideName(z, n) : '–'}
        </p>
      </div>
    </>
  );
}

function numberOf(text: string): number | string {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : text;
}

function textOf(number: number): string {
  return Number.isNaN(number) ? '' : String(number);
}
