/** What may stand in a place of the command line. */
export type Completes =
  | 'model'
  | 'deployment'
  /** A version by reference, `esol@3`. */
  | 'ref'
  /** A deployment, a model or a version. */
  | 'target'
  /** A version of the model that the line names before: `3`, `v1.0.0`, `production`. */
  | 'selector'
  /** An alias of the model that the line names before. */
  | 'alias'
  /** A tag of the version that the line names before. */
  | 'tag'
  /** The shell's own business. */
  | 'file'
  /** Free text. */
  | 'nothing';
