import { randomUUID } from 'node:crypto';
import type { Database } from '../database/index.js';
import { StartupError } from '../errors.js';
import type { Logger } from '../logging.js';
import { readDirectoryId, writeDirectoryId } from './directory-id.js';
import { InstallationStore } from './installation-store.js';

export interface InstallationParts {
  readonly database: Database;
  readonly dataDirectory: string;
  /** How a person knows the database, without its password. */
  readonly databaseName: string;
  /** Whether the data directory has the file. */
  readonly holds: (digest: string) => Promise<boolean>;
  /** Take the two as they are, whatever they were used with before. */
  readonly adopt: boolean;
  readonly logger: Logger;
}

/**
 * Sees to it that a database and a data directory are the ones that belong together: both have the same id. What was
 * used before there were ids, or was restored without one, is known by its files: every file that a version in the
 * database is made of must be in the directory.
 *
 * @throws StartupError when they do not belong together; nothing was changed then.
 */
export async function pairDirectory(parts: InstallationParts): Promise<void> {
  const { database, dataDirectory, adopt, logger } = parts;
  const store = new InstallationStore(database);
  const [known, found] = await Promise.all([store.id(), readDirectoryId(dataDirectory)]);
  if (known !== null && known === found) return;
  const problem = await problemOf(parts, store, known, found);
  if (problem !== null && !adopt)
    throw new StartupError(
      `The data directory ${dataDirectory} and ${parts.databaseName} do not belong together: ${problem}. ` +
        'Set RETORT_DATA and DATABASE_URL to the two that were used together, or restore both from one backup. To use ' +
        'these two from now on all the same, start once with RETORT_ADOPT_DATA=true.',
    );
  if (problem !== null)
    logger.warn({ problem }, 'the data directory and the database are taken as they are (RETORT_ADOPT_DATA)');
  const id = known ?? found ?? randomUUID();
  // In this order: a start that is killed in between leaves a database with an id and a directory without, which the next
  // one takes for what it is. The other way round looks like a database that was emptied.
  if (known !== id) await store.setId(id);
  if (found !== id) await writeDirectoryId(dataDirectory, id);
}

async function problemOf(
  { holds }: InstallationParts,
  store: InstallationStore,
  known: string | null,
  found: string | null,
): Promise<string | null> {
  if (known !== null && found !== null) return 'each was used with another one before';
  const digests = await store.digests();
  if (digests.length === 0)
    return found === null
      ? null
      : 'the directory was used with another database before, and this one has no versions';
  let missing = 0;
  for (const digest of digests) if (!(await holds(digest))) missing += 1;
  if (missing === 0) return null;
  return `of the ${digests.length} model files that the database refers to, ${missing} ${missing === 1 ? 'is' : 'are'} not in the directory`;
}
