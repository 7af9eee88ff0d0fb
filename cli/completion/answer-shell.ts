import { Api } from '../api/api.js';
import { Http } from '../api/http.js';
import type { Command } from '../command.js';
import { serverAddress } from '../settings.js';
import type { Surroundings } from '../surroundings.js';
import { printable } from '../terminal/layout.js';
import { splitLine } from './split-line.js';
import { suggest } from './suggest.js';

/** The user has pressed Tab and waits. */
const PATIENCE_MS = 1_500;

/**
 * What the completion scripts ask: `--complete-words` and the words behind `retort`, or `--complete-line` and the line as
 * typed. Null for every other command line. Never fails: a server that is away has no suggestions.
 */
export async function answerShell(
  commands: readonly Command[],
  args: readonly string[],
  env: Surroundings['env'],
): Promise<string | null> {
  const [how, ...rest] = args;
  if (how !== '--complete-words' && how !== '--complete-line') return null;
  const words = how === '--complete-words' ? rest : splitLine(rest[0] ?? '').slice(1);
  try {
    const http = new Http(serverAddress(addressIn(words), env), AbortSignal.timeout(PATIENCE_MS));
    const suggestions = await suggest(commands, words.length === 0 ? [''] : words, new Api(http));
    return suggestions
      .map(({ value, meaning }) => printable(meaning ? `${value}\t${meaning}` : value))
      .join('\n');
  } catch {
    return '';
  }
}

/** The server that the line being typed is about. */
function addressIn(words: readonly string[]): { url: string | undefined; apiKey: string | undefined } {
  const valueOf = (name: string) => {
    const index = words.findIndex((word) => word === name || word.startsWith(`${name}=`));
    const word = words[index];
    if (word === undefined || index === words.length - 1) return undefined;
    return word.includes('=') ? word.slice(name.length + 1) : words[index + 1];
  };
  return { url: valueOf('--url'), apiKey: valueOf('--api-key') };
}
