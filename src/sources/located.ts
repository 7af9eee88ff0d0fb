/** A file where it lies. Nothing of it has been read. */
export interface LocatedFile {
  /** Its name, or its path in the folder it was found in. */
  readonly name: string;
  /** Bytes; undefined where that is known only once it has been read. */
  readonly size: () => Promise<number | undefined>;
  /** Begins to read it. What comes is checked against what the source says of it, and a broken transfer is gone on with. */
  readonly open: () => Promise<OpenFile>;
}

export interface OpenFile {
  readonly body: AsyncIterable<Uint8Array>;
  /** Bytes, as far as the source says. */
  readonly size: number | undefined;
  /** Ends the transfer, whether or not the body was read. */
  readonly close: () => void;
}

/** Where it was found, for the record of a version. */
export interface FoundAt {
  readonly repository: string | null;
  readonly commit: string | null;
  readonly path: string | null;
  readonly url: string | null;
}

/** What an address names: one file, beside which others may lie, or a folder of them. */
export type Located = {
  /** Known once the files have been listed or opened. */
  readonly foundAt: FoundAt;
  /** Removes what was needed for reading. */
  readonly close: () => Promise<void>;
} & (
  | {
      readonly kind: 'file';
      readonly file: LocatedFile;
      /** The file of this path from the folder of the first; null where files have no neighbours. */
      readonly sibling: (path: string) => LocatedFile | null;
    }
  | { readonly kind: 'folder'; readonly files: readonly LocatedFile[] }
);

/** How to reach what an address names. */
export interface LocateOptions {
  /** The path of the address in the caller's input. */
  readonly field: readonly string[];
  readonly signal: AbortSignal;
  /** The value of the secret that the caller named; null without. */
  readonly secret: string | null;
}

/** More than a folder of a model has. */
export const MAX_LISTED = 10_000;
