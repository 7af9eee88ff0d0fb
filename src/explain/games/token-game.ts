import { describeInstance } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { InstanceParts } from '../run/instance-parts.js';
import type { Game } from './game.js';
import { InstanceGame } from './instance-game.js';

/** Words, numbers and single signs. */
const TOKEN = /[\p{L}\p{M}\p{N}_]+|[^\s\p{L}\p{M}\p{N}_]/gu;
const MOST = 400;

/** Words of the instance's text as players: those that are absent are left out of it, with the space before them. */
export function tokenGame({ request, instance, model }: InstanceParts): {
  readonly game: Game;
  readonly notes: readonly string[];
} {
  const { fields, bare } = describeInstance(request.pipeline);
  const field = fields.find(({ kind }) => kind === 'text')?.name ?? '';
  const isRecord = typeof instance === 'object' && instance !== null;
  const text = isRecord
    ? (instance as Record<string, unknown>)[field]
    : bare === field
      ? instance
      : undefined;
  if (typeof text !== 'string')
    throw new DomainError(
      'METHOD_NOT_APPLICABLE',
      `The instance has no text in "${field}" whose words could be explained.`,
      { field: ['features'] },
    );
  const words = [...text.matchAll(TOKEN)].slice(0, MOST);
  if (words.length === 0)
    throw new DomainError('METHOD_NOT_APPLICABLE', 'The text holds no words that could be explained.', {
      field: ['instances'],
    });
  const last = words.at(-1);
  const end = last === undefined ? 0 : last.index + last[0].length;
  const starts = words.map((_, place) => {
    const before = words[place - 1];
    return before === undefined ? 0 : before.index + before[0].length;
  });
  const withWords = (coalition: Uint8Array): unknown => {
    const kept = words
      .map(({ 0: word, index }, place) =>
        coalition[place] === 1 ? text.slice(starts[place], index + word.length) : '',
      )
      .join('');
    const made = kept + text.slice(end);
    return isRecord ? { ...(instance as Record<string, unknown>), [field]: made } : made;
  };
  const game = new InstanceGame(
    words.map(({ 0: word }, place) => ({ name: word, index: [place], value: word, unit: null, atoms: null })),
    1,
    ({ coalition }) => withWords(coalition),
    (instances) =>
      model.instances(
        instances,
        (mixture, why) =>
          new DomainError(
            'METHOD_NOT_APPLICABLE',
            `Without some of its words the text is no instance of the model (${JSON.stringify(mixture).slice(0, 200)}: ${why}), so its words cannot be taken out.`,
            { field: ['features'] },
          ),
      ),
  );
  return { game, notes: ['Absent words are left out of the text.'] };
}
