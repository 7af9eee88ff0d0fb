import type { Colouring, DepictionOptions, MoleculeDepictions } from '../../pipelines/index.js';
import type { Explanation } from '../explanation.js';
import { atomScores } from './atom-scores.js';
import { colourOf, scaleColours, type Theme } from './colour-scale.js';

const STEPS = 21;
/** Atoms that a description names. */
const NAMED = 6;

/** Molecules with their atoms coloured by what they add to an answer. */
export class ExplanationPictures {
  constructor(private readonly depictions: MoleculeDepictions) {}

  /** @returns null where the instance holds no molecule, or no attribution is of an atom; @throws as MoleculeDepictions.draw */
  async draw(
    explanation: Explanation,
    options: DepictionOptions,
    signal: AbortSignal,
  ): Promise<string | null> {
    const scores = atomScores(explanation.attributions);
    const { molecule } = explanation.prediction;
    if (scores === null || molecule === undefined) return null;
    return this.depictions.draw(
      molecule,
      options,
      signal,
      colouring(explanation, scores, options.theme ?? 'LIGHT'),
    );
  }
}

function colouring(
  { attributions, target, prediction }: Explanation,
  scores: ReadonlyMap<number, number>,
  theme: Theme,
): Colouring {
  const largest = Math.max(...[...scores.values()].map(Math.abs));
  const share = (score: number) => (largest === 0 ? 0 : score / largest);
  const unit = target.unit === null || target.unit === '1' ? '' : ` ${target.unit}`;
  const strongest = attributions
    .filter(({ atoms }) => atoms !== null && atoms.length > 0)
    .toSorted((a, b) => Math.abs(b.attribution) - Math.abs(a.attribution))
    .slice(0, NAMED)
    .map(({ name, attribution }) => `${name} ${signed(attribution)}`);
  return {
    colours: Object.fromEntries([...scores].map(([atom, score]) => [atom, colourOf(share(score), theme)])),
    legend: {
      low: `−${shown(largest)} lowers`,
      middle: `${target.name}${unit}`,
      high: `raises +${shown(largest)}`,
      colours: scaleColours(STEPS, theme),
    },
    description: `What each atom adds to ${target.name}${unit} of ${JSON.stringify(prediction.value)}: red raises it, blue lowers it, by at most ${shown(largest)}. Strongest first: ${strongest.join(', ')}.`,
  };
}

function shown(value: number): string {
  return String(Number(value.toPrecision(2)));
}

function signed(value: number): string {
  return value < 0 ? `−${shown(-value)}` : `+${shown(value)}`;
}
