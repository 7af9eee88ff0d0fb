export const INPUT_FORMATS = ['csv', 'tsv', 'smi', 'sdf', 'jsonl', 'json', 'text'] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** By the end of a file's name, `.gz` aside; of what comes through a pipe, by how it begins. */
export function formatOf(name: string, beginning: string): InputFormat {
  const [, extension = ''] = /\.(\w+)$/.exec(name.toLowerCase().replace(/\.gz$/, '')) ?? [];
  const known = BY_EXTENSION[extension];
  if (known !== undefined) return known;
  if (/^M {2}(?:END|V30 )/m.test(beginning)) return 'sdf';
  const first = beginning.split(/\r\n|\r|\n/).find((line) => line.trim() !== '') ?? '';
  if (/^\s*[{["]/.test(first) && isJson(first)) return 'jsonl';
  if (first.includes('\t')) return 'tsv';
  return first.includes(',') ? 'csv' : 'text';
}

const BY_EXTENSION: Readonly<Record<string, InputFormat>> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  smi: 'smi',
  smiles: 'smi',
  sdf: 'sdf',
  sd: 'sdf',
  mol: 'sdf',
  txt: 'text',
};

/** A SMILES string may begin with a bracket, too: [Na+].[Cl-] */
function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    // A list that goes on in the next line is told by its first character alone.
    return /^\s*(?:\{|\[\s*(?:\{|\[|"|$))/.test(line);
  }
}
