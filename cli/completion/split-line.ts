/**
 * The words of a command line as far as it is typed; the last one is the one being typed, empty behind a blank. Quotes
 * and backslashes are taken away, as the shell would.
 */
export function splitLine(line: string): string[] {
  const words: string[] = [];
  let word = '';
  let begun = false;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const letter = line[at] ?? '';
    if (letter === '\\' && quote !== "'") word += line[++at] ?? '';
    else if (quote !== '') {
      if (letter === quote) quote = '';
      else word += letter;
    } else if (letter === '"' || letter === "'") quote = letter;
    else if (/\s/.test(letter)) {
      if (begun) words.push(word);
      word = '';
      begun = false;
      continue;
    } else word += letter;
    begun = true;
  }
  return [...words, word];
}
