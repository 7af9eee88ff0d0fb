import { z } from 'zod';
import { NO_CUTOFF, type Particles, readParticles } from '../../instances/read-particles.js';
import { defineField, type FieldQuantity } from '../../language/index.js';

export const particles = defineField({
  kind: 'particles',
  summary: '`{"positions": [[x, y, z], …], "box": 8, "cutoff": 3}`, box and cutoff optional',
  settings: z.strictObject({
    maximum: z
      .int()
      .min(1)
      .max(10_000)
      .default(2000)
      .describe("Particles in one instance; a pair model's memory grows with its square."),
  }),
  gives: () => ({ kind: 'particles' }),
  read:
    ({ maximum }) =>
    (value, warn) => {
      const read = readParticles(value, maximum);
      if (read.box !== undefined && read.cutoff === undefined) warn(NO_CUTOFF);
      return read;
    },
  describe: (_, name) => ({ name, kind: 'particles', shape: [] }),
  bare: () => [
    {
      name: 'positions',
      kind: 'number',
      shape: [-1, 3],
      optional: false,
      description: 'One [x, y, z] a particle.',
    },
    {
      name: 'box',
      kind: 'number',
      shape: [],
      minimum: 0,
      optional: true,
      description: 'The edge of the periodic cube; none when left out.',
    },
    {
      name: 'cutoff',
      kind: 'number',
      shape: [],
      minimum: 0,
      optional: true,
      description: 'Pairs further apart do not interact; at most half the box.',
    },
  ],
  quantities: () => [
    quantity('particles', '1', false, ({ count }) => count),
    quantity('box', '1', true, ({ box }) => box),
    quantity('density', '1', false, ({ count, box }) => (box === undefined ? undefined : count / box ** 3)),
    quantity('cutoff', '1', true, ({ cutoff }) => cutoff),
  ],
});

function quantity(
  name: string,
  unit: string,
  isField: boolean,
  of: (particles: Particles) => number | undefined,
): FieldQuantity {
  return { name, unit, isField, of: (value) => of(value as Particles) };
}
