import type { FileFormat } from '../__generated__/operations.js';
import { wrongUsage } from '../failure.js';

const BY_EXTENSION: Readonly<Record<string, FileFormat>> = {
  csv: 'CSV',
  tsv: 'TSV',
  tab: 'TSV',
  jsonl: 'JSONL',
  ndjson: 'JSONL',
  sdf: 'SDF',
  sd: 'SDF',
  smi: 'SMI',
  smiles: 'SMI',
  parquet: 'PARQUET',
  pq: 'PARQUET',
};

export const FILE_FORMAT_NAMES = ['csv', 'tsv', 'jsonl', 'sdf', 'smi', 'parquet'] as const;

/** What a job reads or writes, by the end of a file's name, `.gz` aside; undefined for another. */
export function fileFormat(path: string): FileFormat | undefined {
  const [, extension = ''] = /\.(\w+)$/.exec(path.toLowerCase().replace(/\.gz$/, '')) ?? [];
  return Object.hasOwn(BY_EXTENSION, extension) ? BY_EXTENSION[extension] : undefined;
}

/** @throws Failure USAGE */
export function requiredFormat(path: string, option: string): FileFormat {
  const format = fileFormat(path);
  if (format !== undefined) return format;
  throw wrongUsage(
    `${option}: expected a file that ends in ${FILE_FORMAT_NAMES.map((name) => `.${name}`).join(', ')}, got ${path}.`,
  );
}
