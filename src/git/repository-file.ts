/** A file of a commit. */
export interface RepositoryFile {
  readonly path: string;
  readonly content: string;
}
