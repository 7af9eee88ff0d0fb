import { FIELDS } from './columns.js';
import { descriptorUnit } from '../molecules/descriptors.js';
import { invalidPipeline } from '../pipeline-error.js';
import { PipelineFaults } from '../pipeline-faults.js';
import type { PipelineInput, PipelineOfChains } from '../pipeline.js';

/** Other ways to write the units of descriptors. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  '1': ['dimensionless'],
  'g/mol': ['g mol-1', 'g mol^-1', 'g·mol^-1', 'g·mol-1', 'Da', 'u', 'amu', 'kg/kmol'],
  'Å^2': ['Å2', 'Å**2', 'A^2', 'A2', 'angstrom^2', 'Angstrom^2'],
  'cm^3/mol': ['cm3/mol', 'cm^3 mol^-1', 'mL/mol', 'ml/mol'],
};

/**
 * Whether the declared units are the quantities' own, where those are known: a descriptor's, a fingerprint's bits, a
 * nuclide's numbers, as long as no step but `clip` has changed what the number means. Only for a new version: what was
 * published before stays as it is.
 *
 * @throws DomainError INVALID_PIPELINE with every column at fault
 */
export function checkOwnUnits(pipeline: PipelineOfChains): void {
  const faults = new PipelineFaults();
  for (const [name, input] of Object.entries(pipeline.inputs)) {
    const own = ownUnits(input, pipeline);
    const declared = input.unit;
    for (const [column, { quantity, unit }] of own.entries()) {
      const given = typeof declared === 'string' ? declared : (declared[column] ?? '');
      if (isSameUnit(given, unit)) continue;
      const path = ['inputs', name, 'unit', ...(typeof declared === 'string' ? [] : [String(column)])];
      const several =
        typeof declared === 'string' && own.length > 1 ? '; give a list, one unit a column' : '';
      faults.attempt(() => {
        throw invalidPipeline(
          path,
          `${quantity} has the unit ${JSON.stringify(unit)}, got ${JSON.stringify(given)}${several}`,
        );
      });
      if (typeof declared === 'string') break;
    }
  }
  faults.throwIfAny();
}

function ownUnits(
  { steps: [source, ...transforms] }: PipelineInput,
  { instance }: PipelineOfChains,
): readonly { readonly quantity: string; readonly unit: string }[] {
  if (transforms.some(({ step }) => step !== 'clip')) return [];
  switch (source.step) {
    case 'descriptors':
      return source.names.map((name) => ({ quantity: name, unit: descriptorUnit(name) }));
    case 'fingerprint':
      return [{ quantity: 'a bit of a fingerprint', unit: '1' }];
    case 'field':
      return instance.kind === 'nuclide' && Object.hasOwn(FIELDS.nuclide, source.field)
        ? [{ quantity: source.field, unit: '1' }]
        : [];
  }
}

/** Whether a unit is written in one of the spellings of another. */
export function isSameUnit(given: string, own: string): boolean {
  const plain = given.normalize('NFKC').replace(/\s+/g, ' ').trim();
  return plain === own.normalize('NFKC') || (SPELLINGS[own]?.includes(plain) ?? false);
}
