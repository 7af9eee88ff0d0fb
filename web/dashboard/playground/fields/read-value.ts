const MOST_BYTES = 10_000_000;

const ACCEPTED: Readonly<Partial<Record<string, readonly string[]>>> = {
  image: ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.tif', '.tiff', '.avif'],
  structure: ['.xyz', '.extxyz', '.cif', '.json'],
  spectrum: ['.csv', '.tsv', '.txt', '.dat', '.xy', '.json'],
  series: ['.csv', '.tsv', '.txt', '.dat', '.json'],
};

/** Ends of the names of files that a field of this kind is read from. */
export function acceptedFor(kind: string): readonly string[] {
  return ACCEPTED[kind] ?? ['.json', '.txt'];
}

/**
 * The value of a field out of a file, as `predict` takes it.
 *
 * @throws Error saying what was expected, in which line where that helps
 */
export async function readValue(kind: string, file: File): Promise<unknown> {
  if (file.size > MOST_BYTES)
    throw new Error(
      `${file.name} has ${Math.round(file.size / 1e6)} MB: expected at most ${MOST_BYTES / 1e6} MB.`,
    );
  if (kind === 'image') return base64Of(file);
  const text = await file.text();
  if (file.name.toLowerCase().endsWith('.json')) return parsed(text, file.name);
  if (kind === 'spectrum') return columnsOf(text, file.name);
  if (kind === 'series') {
    const { x: times, y: values } = columnsOf(text, file.name);
    return { times, values };
  }
  return text;
}

/** The bytes alone: the name says less of what they are than they do. */
async function base64Of(file: File): Promise<string> {
  const address = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(typeof reader.result === 'string' ? reader.result : ''));
    reader.addEventListener('error', () => reject(new Error(`${file.name} could not be read.`)));
    reader.readAsDataURL(file);
  });
  return address.slice(address.indexOf(',') + 1);
}

/**
 * Two columns of numbers as `{x, y}`. Lines that begin with `#` are remarks, and the first line may name the columns.
 *
 * @throws Error naming the line
 */
export function columnsOf(text: string, name: string): { readonly x: number[]; readonly y: number[] } {
  const [x, y]: [number[], number[]] = [[], []];
  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const content = line.trim();
    if (content === '' || content.startsWith('#')) continue;
    const cells = content.split(/[\s;,]+/).map((cell) => (cell === '' ? Number.NaN : Number(cell)));
    const [first = Number.NaN, second = Number.NaN] = cells;
    if (cells.length === 2 && Number.isFinite(first) && Number.isFinite(second)) {
      x.push(first);
      y.push(second);
    } else if (x.length > 0 || index > 20 || /^[-+.\d]/.test(content))
      throw new Error(
        `${name}, line ${index + 1}: expected two numbers such as "400 0.12", got "${content.slice(0, 40)}".`,
      );
  }
  if (x.length === 0) throw new Error(`${name} has no line of two numbers.`);
  return { x, y };
}

function parsed(text: string, name: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`${name} is not JSON: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
}
