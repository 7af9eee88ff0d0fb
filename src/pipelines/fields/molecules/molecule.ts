import { z } from 'zod';
import { moleculeText } from '../../instances/molecule-text.js';
import { defineField } from '../../language/index.js';
import { ALERT_SETS } from '../../molecules/alerts/alert-sets.js';
import { STANDARDIZATIONS } from '../../molecules/standardize/standardizer.js';

export const molecule = defineField({
  kind: 'molecule',
  summary:
    'a SMILES string, `{"smiles": "CCO"}`, or `{"molblock": "…"}` with the text of a MOL file (V2000, V3000)',
  settings: z.strictObject({
    fragments: z
      .enum(['warn', 'accept', 'reject'])
      .default('warn')
      .describe('What a salt or a mixture gets: a warning, nothing, or an error.'),
    standardize: z
      .array(z.enum(STANDARDIZATIONS))
      .max(4)
      .exactOptional()
      .describe(
        'What is done before anything is computed, in this order: `largest-fragment` leaves the one with most atoms, `neutralize` takes or gives hydrogens where that takes away a charge. By RDKit’s patterns; a test holds both equal to Python’s LargestFragmentChooser and Uncharger. `canonical-tautomer` takes the one tautomer that stands for all of a molecule’s.',
      ),
    alerts: z
      .array(z.enum(ALERT_SETS))
      .max(5)
      .exactOptional()
      .describe('Sets of substructures whose presence is a warning of the prediction.'),
  }),
  gives: () => ({ kind: 'molecule' }),
  // The text alone; RDKit reads it together with the others of its batch.
  read: () => moleculeText,
  describe: (_, name) => ({ name, kind: 'molecule', shape: [] }),
});
