import { describeInstance, hasMolecule, type Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { ExplainInput } from '../explain-input.js';
import type { ExplanationFeatures } from '../explanation.js';
import { isTable } from '../games/fields-of.js';

type Features = Exclude<ExplanationFeatures, 'AUTO'>;

/**
 * In what words instances are explained: those asked for, else the fields of a table, the words of a text, regions of an image,
 * and otherwise the named numbers of the graph's inputs.
 *
 * @throws DomainError METHOD_NOT_APPLICABLE where the instances have no such parts
 */
export function chooseFeatures(pipeline: Pipeline, { features, method, window }: ExplainInput): Features {
  const { fields } = describeInstance(pipeline);
  const looksInside = method === 'TREE_SHAP' || method === 'INTEGRATED_GRADIENTS';
  const text = fields.find(({ kind }) => kind === 'text');
  if (features === 'AUTO') {
    if (looksInside) return 'INPUTS';
    if (window !== null) return 'REGIONS';
    if (isTable(pipeline)) return 'FIELDS';
    const [only] = fields;
    if (fields.length === 1 && only?.kind === 'text') return 'TOKENS';
    if (fields.length === 1 && only?.kind === 'image') return 'REGIONS';
    return isGraphOfAtoms(pipeline) ? 'ATOMS' : 'INPUTS';
  }
  const refusal =
    looksInside && features !== 'INPUTS'
      ? `${method} follows the numbers that the graph gets: it explains INPUTS, not ${features}. For ${features} ask for SHAPLEY, KERNEL_SHAP or OCCLUSION`
      : features === 'FIELDS' && !isTable(pipeline)
        ? `FIELDS are the single values of a row of a table, which an instance here is not (${fields.map(({ name, kind }) => `${name}: ${kind}`).join(', ')})`
        : features === 'ATOMS' && !hasMolecule(pipeline)
          ? 'ATOMS are parts of a molecule, and the instances of this model hold none'
          : features === 'TOKENS' && text === undefined
            ? 'TOKENS are words of a text, and the instances of this model hold none'
            : null;
  if (refusal !== null)
    throw new DomainError('METHOD_NOT_APPLICABLE', `${refusal}. Leave features out to have what fits.`, {
      field: ['features'],
    });
  return features;
}

/** Whether a molecule reaches the graph as atoms and bonds, whose number differs from one to the next. */
function isGraphOfAtoms(pipeline: Pipeline): boolean {
  if (pipeline.format === 1 || !hasMolecule(pipeline)) return false;
  return Object.values(pipeline.steps).some(({ step }) => step === 'molecular-graph');
}
