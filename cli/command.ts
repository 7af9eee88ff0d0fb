import type { Api } from './api/api.js';
import type { ExitCode } from './exit-codes.js';
import type { Options, Values } from './option.js';
import type { GivenAddress } from './settings.js';
import type { Surroundings } from './surroundings.js';
import type { Progress } from './terminal/progress.js';

/** What a command may use. */
export interface Session {
  readonly api: Api;
  readonly progress: Progress;
  /** What the command line itself says about the server. */
  readonly globals: GivenAddress;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  readonly surroundings: Surroundings;
  /** Prints one of many results as it comes: a line of text, or with `--json` a line of JSON. */
  readonly emit: (json: unknown, text: string) => Promise<void>;
}

/** What a command found out or did. Printed by the program, so that `--json` prints one document and nothing else. */
export type Result = {
  /** NEGATIVE when the answer is no; DONE when left out. */
  readonly exit?: ExitCode;
} & (
  | { readonly emitted?: false; readonly json: unknown; readonly text: string }
  /** It came by `emit`, and there is nothing more to print. */
  | { readonly emitted: true }
);

/** A command as data. `name` has two words for a command of a group, such as `list versions`. */
export interface Command {
  readonly name: string;
  /** The command of its group that runs when none is named. */
  readonly isDefault?: true;
  readonly summary: string;
  /** In the order in which they are written; those that are not required come last. */
  readonly positionals: Options;
  readonly options: Options;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** What `--json` prints, for the documentation. */
  readonly output: string;
  /** What else a user should know, for the documentation and the end of the help. */
  readonly notes?: string;
  run(values: never, session: Session): Promise<Result>;
}

/** Checks a command's definition and gives `run` the types its options have. */
export function defineCommand<const P extends Options, const O extends Options>(
  command: Omit<Command, 'positionals' | 'options' | 'run'> & {
    readonly positionals: P;
    readonly options: O;
    run(values: Values<P & O>, session: Session): Promise<Result>;
  },
): Command {
  return command;
}
