import { z } from 'zod';
import { moleculeText } from '../../instances/molecule-text.js';
import { defineField } from '../../language/index.js';

export const molecule = defineField({
  kind: 'molecule',
  summary:
    'a SMILES string, `{"smiles": "CCO"}`, or `{"molblock": "…"}` with the text of a MOL file (V2000, V3000)',
  settings: z.strictObject({
    fragments: z
      .enum(['warn', 'accept', 'reject'])
      .default('warn')
      .describe('What a salt or a mixture gets: a warning, nothing, or an error.'),
  }),
  gives: () => ({ kind: 'molecule' }),
  // The text alone; RDKit reads it together with the others of its batch.
  read: () => moleculeText,
  describe: (_, name) => ({ name, kind: 'molecule', shape: [] }),
});
