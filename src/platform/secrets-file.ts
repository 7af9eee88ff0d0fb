import { readFile, stat } from 'node:fs/promises';
import { StartupError } from './errors.js';
import type { Logger } from './logging.js';

/** Anything larger is another file. */
const MAX_BYTES = 1024 * 1024;
const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/;
/** Permissions of the group and of others. */
const OTHERS = 0o077;

/**
 * Secrets that the operator keeps in a file, by their names: JSON of texts, or lines `NAME=value`. Everybody else knows
 * names only. The file is read again when it has changed; a value is never kept longer than it is used.
 */
export class SecretsFile {
  private seen: { readonly mark: string; readonly values: ReadonlyMap<string, string> } | null = null;

  /** @param path undefined: there are no secrets. */
  constructor(
    private readonly path: string | undefined,
    private readonly logger: Logger,
  ) {}

  /** Reads the file for the first time. @throws StartupError when it cannot be used */
  async open(): Promise<void> {
    try {
      await this.values();
    } catch (error) {
      throw new StartupError(
        `RETORT_SECRETS_FILE: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  get isConfigured(): boolean {
    return this.path !== undefined;
  }

  /** The names, in order. @throws Error, in words for an operator and without any value, when the file cannot be read. */
  async names(): Promise<string[]> {
    return [...(await this.values()).keys()].sort();
  }

  /** Null when there is no secret of the name. @throws Error as `names` */
  async find(name: string): Promise<string | null> {
    return (await this.values()).get(name) ?? null;
  }

  private async values(): Promise<ReadonlyMap<string, string>> {
    if (this.path === undefined) return new Map();
    const found = await stat(this.path).catch((error: unknown) => {
      throw new Error(`the file of secrets cannot be read (${codeOf(error)}).`);
    });
    const mark = `${found.ino} ${found.size} ${found.mtimeMs} ${found.ctimeMs}`;
    if (this.seen?.mark === mark) return this.seen.values;
    if (!found.isFile()) throw new Error('the file of secrets is not a file.');
    if (found.size > MAX_BYTES)
      throw new Error(`Expected a file of secrets of at most ${MAX_BYTES} bytes, got ${found.size}.`);
    if ((found.mode & OTHERS) !== 0 && process.platform !== 'win32')
      this.logger.warn(
        { mode: (found.mode & 0o777).toString(8) },
        'others than its owner can reach the file of secrets (RETORT_SECRETS_FILE): chmod 600 it',
      );
    const text = await readFile(this.path, 'utf8').catch((error: unknown) => {
      throw new Error(`the file of secrets cannot be read (${codeOf(error)}).`);
    });
    const values = parseSecrets(text);
    this.seen = { mark, values };
    return values;
  }
}

/** @throws Error that says where, and never what stands there. */
export function parseSecrets(text: string): Map<string, string> {
  const body = text.replace(/^\uFEFF/, '');
  const entries = body.trimStart().startsWith('{') ? jsonEntries(body) : lineEntries(body);
  const secrets = new Map<string, string>();
  for (const [name, value, where] of entries) {
    if (!NAME.test(name))
      throw new Error(
        `${where}: Expected a name of letters, digits, dots, underscores and hyphens that begins with a letter.`,
      );
    if (value === '') throw new Error(`${where}: the secret ${name} is empty.`);
    if (secrets.has(name)) throw new Error(`${where}: the secret ${name} is there twice.`);
    secrets.set(name, value);
  }
  return secrets;
}

function* jsonEntries(text: string): Generator<[name: string, value: string, where: string]> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // What JSON.parse says quotes the text.
    throw new Error(
      'Expected a JSON object from names to texts, or lines NAME=value; the file is no valid JSON.',
    );
  }
  let place = 0;
  for (const [name, value] of Object.entries(parsed as object)) {
    place += 1;
    const where = `entry ${place}`;
    if (typeof value !== 'string') throw new Error(`${where}: Expected a text as the value of a secret.`);
    yield [name, value, where];
  }
}

function* lineEntries(text: string): Generator<[name: string, value: string, where: string]> {
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const where = `line ${index + 1}`;
    const equals = line.indexOf('=');
    if (equals < 1) throw new Error(`${where}: Expected NAME=value.`);
    const name = line
      .slice(0, equals)
      .replace(/^export\s+/, '')
      .trim();
    const value = line.slice(equals + 1).trim();
    yield [name, /^(["']).*\1$/s.test(value) && value.length >= 2 ? value.slice(1, -1) : value, where];
  }
}

function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : 'for an unknown reason';
}
