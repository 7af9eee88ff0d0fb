import { unreadableFile } from '../unreadable-file.js';
import { parseSample } from './parse-table.js';

const CANDIDATES = [',', ';', '\t', '|'] as const;

/** What a message calls it. */
export const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  ',': 'commas',
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'bars',
};

/**
 * What stands between the cells: the one that divides the header, and all rows of the sample alike. Where two would do, they
 * must make the same table, or it is not guessed.
 *
 * @param sample whole rows
 * @throws DomainError UNREADABLE_FILE
 */
export function delimiterOf(sample: Buffer, name: string): string {
  const fitting = CANDIDATES.flatMap((delimiter) => {
    const rows = parseSample(sample, delimiter);
    const count = rows[0]?.length ?? 0;
    if (count < 2) return [];
    const alike = rows.filter((row) => row.length === count).length / rows.length;
    return [{ delimiter, count, alike }];
  });
  const [best, second] = fitting.sort((a, b) => b.alike - a.alike || b.count - a.count);
  if (best === undefined) return ',';
  if (second?.alike === best.alike && second.count === best.count)
    throw unreadableFile(
      `It cannot be told what divides the cells of ${name}: ${DELIMITER_NAMES[best.delimiter] ?? ''} or ${DELIMITER_NAMES[second.delimiter] ?? ''} would both do. Quote cells that hold either.`,
    );
  return best.delimiter;
}
