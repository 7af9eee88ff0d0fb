import { wrongUsage } from '../failure.js';
import { gitSource, parseSource } from './git-source.js';

interface SourceValues {
  readonly source: string | undefined;
  readonly sourcePath: string | undefined;
  readonly sourceUrl: string | undefined;
  readonly noSource: boolean;
}

/** What was said of the code, or what git says. @throws Failure USAGE */
export async function sourceOf({ source, sourcePath: path, sourceUrl: url, noSource }: SourceValues) {
  if (noSource && source !== undefined) throw wrongUsage('Expected --source or --no-source, got both.');
  const found =
    source === undefined ? (noSource ? null : await gitSource(process.cwd())) : parseSource(source);
  const given = { ...found, path, url };
  return Object.values(given).every((value) => value === undefined) ? undefined : given;
}
