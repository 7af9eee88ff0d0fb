/** A model of an MLflow registry. */
export interface RegisteredModel {
  readonly name: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  /** To the version's number. */
  readonly aliases: Readonly<Record<string, string>>;
}

export interface ModelVersion {
  readonly version: string;
  readonly description: string;
  /** `Production` and others of the older registry; null without. */
  readonly stage: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly isReady: boolean;
  /** The latest value of each, of the run it came from or of the model itself. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly params: Readonly<Record<string, string>>;
  /** Tags of the run, such as `mlflow.source.git.commit`. */
  readonly runTags: Readonly<Record<string, string>>;
}

/** Where models are taken from: a tracking server, or a folder of its file store. */
export interface Registry {
  /** For people; no password. */
  readonly address: string;
  models(): Promise<readonly RegisteredModel[]>;
  /** In the order of their numbers. */
  versions(model: string): Promise<readonly ModelVersion[]>;
  /**
   * The folder with the version's files.
   *
   * @param folder to put them into, where they are not on this machine
   * @throws Failure when they cannot be had
   */
  files(model: string, version: string, folder: string): Promise<string>;
}

export function byNumber(one: ModelVersion, other: ModelVersion): number {
  return Number(one.version) - Number(other.version);
}
