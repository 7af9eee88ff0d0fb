/** One instance of a file, with what the file says about it besides. */
export interface Row {
  /** Where it ends, counted from 1. */
  readonly line: number;
  /** What the file calls it: the text behind a SMILES, the first line of a MOL file. */
  readonly name: string | null;
  /** What the file says about it and the model does not read, in the file's order. */
  readonly columns: Readonly<Record<string, string>>;
  readonly instance: unknown;
  /** Why there is no instance here. The rows around it are not concerned. */
  readonly fault: string | null;
}

export function rowOf(line: number, instance: unknown, more: Partial<Row> = {}): Row {
  return { line, name: null, columns: {}, fault: null, instance, ...more };
}

export function faultAt(line: number, fault: string, more: Partial<Row> = {}): Row {
  return { line, name: null, columns: {}, instance: null, ...more, fault };
}
