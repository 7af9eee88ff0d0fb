/** What becomes of a part of the archive: it is new here, goes on here, is here already, or contradicts what is here. */
export type ImportAction = 'ADDED' | 'UPDATED' | 'PRESENT' | 'CONFLICT';

export interface Planned {
  readonly action: ImportAction;
  /** Why it is a conflict; null otherwise. */
  readonly reason: string | null;
}
