declare module 's3rver' {
  /** The part of it that is used here; it has no types of its own. */
  export default class S3rver {
    constructor(options: Readonly<Record<string, unknown>>);
    run(): Promise<unknown>;
    close(): Promise<void>;
  }
}
