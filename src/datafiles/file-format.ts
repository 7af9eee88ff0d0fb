/** What files of rows can be. */
export const FILE_FORMATS = ['CSV', 'TSV', 'JSONL', 'SDF', 'SMI', 'PARQUET'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

interface FormatFacts {
  /** Of a file's name, with its dot. */
  readonly extension: string;
  readonly mediaType: string;
}

export const FORMAT_FACTS: Readonly<Record<FileFormat, FormatFacts>> = {
  CSV: { extension: '.csv', mediaType: 'text/csv; charset=utf-8' },
  TSV: { extension: '.tsv', mediaType: 'text/tab-separated-values; charset=utf-8' },
  JSONL: { extension: '.jsonl', mediaType: 'application/x-ndjson; charset=utf-8' },
  SDF: { extension: '.sdf', mediaType: 'chemical/x-mdl-sdfile; charset=utf-8' },
  SMI: { extension: '.smi', mediaType: 'chemical/x-daylight-smiles; charset=utf-8' },
  PARQUET: { extension: '.parquet', mediaType: 'application/vnd.apache.parquet' },
};
