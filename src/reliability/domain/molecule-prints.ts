import { moleculesOf, type MoleculeWorker, type Pipeline } from '../../pipelines/index.js';
import { packBits } from '../../statistics/index.js';

/** Rogers and Hahn, J. Chem. Inf. Model. 50:742 (2010): ECFP4. */
const MORGAN = { type: 'morgan', radius: 2, bits: 2_048 } as const;

/** The Morgan fingerprints of instances' molecules, in their order; null where there is none to be had. */
export async function moleculePrints(
  molecules: MoleculeWorker,
  pipeline: Pipeline,
  instances: readonly unknown[],
  options: { readonly signal?: AbortSignal | undefined; readonly until?: number | undefined } = {},
): Promise<(Uint32Array | null)[]> {
  const texts = moleculesOf(pipeline, instances);
  const known = texts.filter((text) => text !== null);
  const rows = (await molecules.read(known, { descriptors: [], fingerprints: [MORGAN] }, options)).values();
  return texts.map((text) => {
    if (text === null) return null;
    const row = rows.next().value;
    const bits = row?.readable === true ? row.fingerprints[0] : undefined;
    return bits === undefined ? null : packBits(bits);
  });
}
