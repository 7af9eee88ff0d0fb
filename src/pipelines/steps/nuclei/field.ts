import { z } from 'zod';
import { asItems, defineStep, dense, StepFault, type StepRun, type ValueKind } from '../../language/index.js';
import type { Nuclide } from '../../instances/read-nuclide.js';
import { EXPECTED_PARTICLES, type Particles } from '../../instances/read-particles.js';
import { RowError } from '../../prediction.js';

const NUCLIDE = ['z', 'n', 'a'];
const PARTICLES = ['positions', 'box', 'cutoff'];

export const field = defineStep({
  name: 'field',
  group: 'particles',
  summary:
    'a number of a nuclide (`z`, `n`, `a`), or `positions`, `box`, `cutoff` of particles; `absent` stands in for what an instance leaves out',
  parameters: z.strictObject({
    field: z.string().min(1).describe('The name of the number.'),
    absent: z
      .number()
      .exactOptional()
      .describe('Stands in when an instance leaves an optional field out; without it that is its error.'),
  }),
  takes: ['nuclide', 'particles'],
  gives({ field: name, absent }, [kind]) {
    const known = kind?.kind === 'nuclide' ? NUCLIDE : PARTICLES;
    if (!known.includes(name))
      throw new StepFault(['field'], `expected one of ${known.join(', ')}; got "${name}"`);
    if (absent !== undefined && name !== 'box' && name !== 'cutoff')
      throw new StepFault(['absent'], `"${name}" can not be left out, so nothing can stand in for it`);
    if (kind?.kind === 'nuclide') return { kind: 'numbers', shape: [], holds: 'whole', unit: '1' };
    return { kind: 'numbers', shape: name === 'positions' ? [-1, 3] : [], holds: 'real' };
  },
  run: ({ field: name, absent }, kinds) => (isNuclide(kinds) ? ofNuclides(name) : ofParticles(name, absent)),
});

function isNuclide([kind]: readonly ValueKind[]): boolean {
  return kind?.kind === 'nuclide';
}

function ofNuclides(name: string): StepRun {
  const of = {
    z: ({ z: protons }: Nuclide) => protons,
    n: ({ n }: Nuclide) => n,
    a: ({ z: protons, n }: Nuclide) => protons + n,
  }[name];
  if (of === undefined) throw new Error(`A nuclide has no ${name}`);
  return ([nuclides]) => dense(1, Float64Array.from(asItems(nuclides) as readonly Nuclide[], of));
}

function ofParticles(name: string, absent: number | undefined): StepRun {
  if (name === 'positions')
    return ([particles]) => ({
      form: 'ragged',
      rows: (asItems(particles) as readonly Particles[]).map(({ count, positions }) => ({
        shape: [count, 3],
        data: positions,
      })),
    });
  return ([particles], context) => {
    const data = (asItems(particles) as readonly Particles[]).map((one, row) => {
      const value = (name === 'box' ? one.box : one.cutoff) ?? absent;
      if (value === undefined)
        context.fail(
          row,
          new RowError(
            'INVALID_INSTANCE',
            `${name} is missing, and this model needs it; expected ${EXPECTED_PARTICLES}`,
          ),
        );
      return value ?? NaN;
    });
    return dense(1, Float64Array.from(data));
  };
}
