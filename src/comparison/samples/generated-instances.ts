import { instanceForm, neutronRange, type Pipeline, stabilityDistance } from '../../pipelines/index.js';
import { seededRandom } from '../../platform/seeded-random.js';

/** Everyday molecules of different size, polarity and elements: what a model of molecules is likely to be asked. */
const MOLECULES =
  'O C CC CCO CC(C)O CC(=O)O CC(C)=O CCCCCC C1CCCCC1 c1ccccc1 Cc1ccccc1 Oc1ccccc1 Nc1ccccc1 Clc1ccccc1 O=C(O)c1ccccc1 c1ccc2ccccc2c1 c1ccncc1 c1ccoc1 c1ccsc1 c1c[nH]cn1 CC#N CS(C)=O ClC(Cl)Cl CCOCC C1CCOC1 NCC(=O)O CC(N)C(=O)O OCC(O)CO CCCCCCCCO CCCCCCCCCCCC CC(=O)Oc1ccccc1C(=O)O CC(C)Cc1ccc(cc1)C(C)C(=O)O CC(=O)Nc1ccc(O)cc1 Cn1cnc2c1c(=O)n(C)c(=O)n2C c1ccc2cc3ccccc3cc2c1 c1ccc(-c2ccccc2)cc1 CN1C(=O)CN=C(c2ccccc2)c2cc(Cl)ccc21 OC1CCCCC1 FC(F)(F)c1ccccc1 Brc1ccccc1 O=[N+]([O-])c1ccccc1 CCN(CC)CC NC(N)=O CC(C)(C)O C=Cc1ccccc1 OCC1OC(O)C(O)C(O)C1O CCOC(C)=O COc1ccc(C=O)cc1'.split(
    ' ',
  );

const LATTICE = 3;
const SPACING = 2;

/**
 * Instances of a kind that any model of that kind may be asked about, the same for the same seed; null for records, of which
 * only the model's publisher knows what they may be.
 */
export function generatedInstances(pipeline: Pipeline, rows: number, seed: number): unknown[] | null {
  const random = seededRandom(seed);
  switch (instanceForm(pipeline)) {
    case 'molecule':
      return shuffled(MOLECULES, random).slice(0, rows);
    case 'nuclide':
      return Array.from({ length: rows }, () => nuclide(random));
    case 'particles':
      return Array.from({ length: rows }, () => particles(random));
    case 'record':
      return null;
  }
}

/** What they are, in words. */
export function describeInstances(pipeline: Pipeline, rows: number): string {
  switch (instanceForm(pipeline)) {
    case 'molecule':
      return `${rows} everyday molecules`;
    case 'nuclide':
      return `${rows} nuclides near the valley of stability, Z from 8 to 100`;
    case 'particles':
      return `${rows} disturbed lattices of ${LATTICE ** 3} particles`;
    case 'record':
      return `${rows} records`;
  }
}

function nuclide(random: () => number): { z: number; n: number } {
  const z = 8 + Math.floor(random() * 93);
  const { min, max } = neutronRange(z);
  let stable = min;
  for (let n = min; n <= max; n += 1)
    if (Math.abs(stabilityDistance(z, n)) < Math.abs(stabilityDistance(z, stable))) stable = n;
  const n = stable + Math.floor(random() * 7) - 3;
  return { z, n: Math.min(Math.max(n, min), max) };
}

/** In a periodic cube, each a little off its place, so that no two ever come near each other. */
function particles(random: () => number): object {
  const place = (step: number) => (step + 0.5 + (random() - 0.5) * 0.4) * SPACING;
  const steps = Array.from({ length: LATTICE }, (_, step) => step);
  const positions = steps.flatMap((x) =>
    steps.flatMap((y) => steps.map((z) => [place(x), place(y), place(z)])),
  );
  const box = LATTICE * SPACING;
  return { positions, box, cutoff: box / 2 };
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const copy = [...items];
  for (let index = copy.length - 1; index > 0; index -= 1) {
    const other = Math.floor(random() * (index + 1));
    [copy[index], copy[other]] = [copy[other] as T, copy[index] as T];
  }
  return copy;
}
