import type { Completes } from './completion/completes.js';

interface Described {
  readonly describe: string;
  /** What the shell may offer in its place. */
  readonly completes?: Completes;
}

interface Single<Value> extends Described {
  readonly required?: true;
  readonly default?: Value;
}

/** One option or positional argument of a command, as data: the parser, the help and completion all read it. */
export type Option =
  | (Described & { readonly kind: 'flag' })
  | (Single<string> & { readonly kind: 'text'; readonly hint?: string })
  /** May be given several times; a positional takes all that are left. */
  | (Described & { readonly kind: 'texts'; readonly hint?: string })
  | (Single<number> & {
      readonly kind: 'number';
      readonly whole?: true;
      readonly min?: number;
      readonly max?: number;
    })
  | (Described & {
      readonly kind: 'numbers';
      readonly whole?: true;
      readonly min?: number;
      readonly max?: number;
    })
  | (Single<string> & { readonly kind: 'choice'; readonly choices: readonly string[] })
  | (Described & { readonly kind: 'choices'; readonly choices: readonly string[] });

export type Options = Readonly<Record<string, Option>>;

type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Name;

type Content<O extends Option> = O extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : O extends { readonly kind: 'number' | 'numbers' }
    ? number
    : string;

type ValueOf<O extends Option> = O extends { readonly kind: 'flag' }
  ? boolean
  : O extends { readonly kind: 'texts' | 'numbers' | 'choices' }
    ? readonly Content<O>[]
    : O extends { readonly required: true } | { readonly default: string | number }
      ? Content<O>
      : Content<O> | undefined;

/** What a command receives for its options: `older-than-hours` as `olderThanHours`. */
export type Values<O extends Options> = {
  readonly [Name in keyof O & string as Camel<Name>]: ValueOf<O[Name]>;
};
