import './error-codes.js';
export type { ByteSource } from './bytes/byte-source.js';
export { FieldFault, FieldReader, findColumn, type FieldWish } from './columns.js';
export { FILE_FORMATS, FORMAT_FACTS, type FileFormat } from './file-format.js';
export { openRows } from './open-rows.js';
export { ColumnType, type ParquetColumn, type ParquetType, writeParquet } from './parquet/write-parquet.js';
export { MOLBLOCK, TITLE } from './read-sdf.js';
export {
  type FileDescription,
  type FileRow,
  type FileRows,
  isUnreadable,
  type OpenOptions,
  type ReadRow,
  type UnreadableRow,
} from './rows.js';
export { readNumber } from './tables/numbers.js';
export { cellText, type TextFormat, textRows, type TextRows } from './writing/text-rows.js';
export { unreadableFile } from './unreadable-file.js';
