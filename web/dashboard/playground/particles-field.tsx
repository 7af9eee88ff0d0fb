import { TextField } from '../components/fields.js';
import type { InstanceFieldProps } from './one-instance.js';

/** Positions of particles, as JSON. */
export function ParticlesField({ text, onChange }: InstanceFieldProps) {
  return (
    <TextField
      label="Particles"
      hint={'{"positions": [[x, y, z], …], "box": 8, "cutoff": 3}; box and cutoff may be left out.'}
      value={text}
      onChange={onChange}
      fault={faultOf(text)}
      lines={8}
    />
  );
}

function faultOf(text: string): string | null {
  if (text.trim() === '') return null;
  try {
    const parsed = JSON.parse(text) as unknown;
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      ? null
      : 'Expected an object with "positions".';
  } catch (error) {
    return `This is not JSON yet: ${error instanceof Error ? error.message : String(error)}.`;
  }
}
