import {
  createSourceEventStream,
  execute,
  getOperationAST,
  Kind,
  visit,
  type ASTNode,
  type DocumentNode,
  type ExecutionResult,
  type OperationDefinitionNode,
} from 'graphql';
import type { RequestContext } from '../context.js';
import type { PreparedOperation } from './prepare-operation.js';

/** Results kept for those of the same wish who come for them a little later. */
const MAX_KEPT = 1_024;

/** Those who ask the same about whatever comes. */
interface Group {
  users: number;
  /** Nobody's in particular, so that nobody's leaving ends what others wait for. */
  readonly context: RequestContext;
  readonly results: Map<object, Kept>;
}

interface Kept {
  readonly group: Group;
  readonly payload: object;
  readonly result: ExecutionResult | Promise<ExecutionResult>;
}

/**
 * Runs subscriptions so that what comes is computed once for all who ask the same of it: the same document, the same
 * variables beside those that only choose what comes, and the same address of the server. That no answer depends on who asks is what
 * makes it possible. Each still goes at a pace of its own.
 */
export class SharedSubscriptions {
  private readonly groups = new Map<string, Group>();
  /** Oldest first. */
  private readonly kept = new Set<Kept>();
  private readonly namesByDocument = new WeakMap<DocumentNode, Map<string | null, readonly string[]>>();

  /** As graphql-js' own `subscribe`. */
  async subscribe(
    args: PreparedOperation,
  ): Promise<AsyncGenerator<ExecutionResult, void, void> | ExecutionResult> {
    const source = await createSourceEventStream(args);
    if (!(Symbol.asyncIterator in source)) return source;
    return this.mapped(source[Symbol.asyncIterator](), args);
  }

  private mapped(
    source: AsyncIterator<unknown>,
    args: PreparedOperation,
  ): AsyncGenerator<ExecutionResult, void, void> {
    const key = this.keyOf(args);
    const group = this.join(key, args.contextValue);
    let isIn = true;
    const leave = () => {
      if (isIn) this.leave(key, group);
      isIn = false;
    };
    const over = { done: true, value: undefined } as const;
    return {
      next: async () => {
        try {
          const came: IteratorResult<unknown, unknown> = await source.next();
          if (came.done !== true) return { done: false, value: await this.resultOf(group, came.value, args) };
          leave();
          return over;
        } catch (error) {
          leave();
          throw error;
        }
      },
      return: async () => {
        leave();
        await source.return?.();
        return over;
      },
      throw: async (error) => {
        leave();
        await source.throw?.(error);
        throw error;
      },
      [Symbol.asyncIterator]() {
        return this;
      },
      async [Symbol.asyncDispose]() {
        await this.return();
      },
    };
  }

  private resultOf(
    group: Group,
    payload: unknown,
    args: PreparedOperation,
  ): ExecutionResult | Promise<ExecutionResult> {
    if (typeof payload !== 'object' || payload === null) return resultFor(payload, args, args.contextValue);
    const known = group.results.get(payload);
    if (known) return known.result;
    // Nobody else would come for it.
    if (group.users === 1) return resultFor(payload, args, args.contextValue);
    const kept = { group, payload, result: resultFor(payload, args, group.context) };
    group.results.set(payload, kept);
    this.kept.add(kept);
    const [oldest] = this.kept;
    if (this.kept.size > MAX_KEPT && oldest) {
      oldest.group.results.delete(oldest.payload);
      this.kept.delete(oldest);
    }
    return kept.result;
  }

  private join(key: string, context: RequestContext): Group {
    const group = this.groups.get(key) ?? { users: 0, context: context.detached(), results: new Map() };
    group.users += 1;
    this.groups.set(key, group);
    return group;
  }

  private leave(key: string, group: Group): void {
    group.users -= 1;
    if (group.users > 0) return;
    for (const kept of group.results.values()) this.kept.delete(kept);
    group.results.clear();
    if (this.groups.get(key) === group) this.groups.delete(key);
  }

  private keyOf({ document, operationName, variableValues, contextValue, known }: PreparedOperation): string {
    const names = this.namesOf(document, operationName ?? null);
    const variables = names.map((name) => [name, (variableValues as Record<string, unknown> | null)?.[name]]);
    return JSON.stringify([known?.sha256, operationName ?? null, contextValue.origin, variables]);
  }

  private namesOf(document: DocumentNode, operationName: string | null): readonly string[] {
    const byName = this.namesByDocument.get(document) ?? new Map<string | null, readonly string[]>();
    this.namesByDocument.set(document, byName);
    const known = byName.get(operationName);
    if (known) return known;
    const operation = getOperationAST(document, operationName);
    const names = operation ? namesInResult(document, operation) : [];
    byName.set(operationName, names);
    return names;
  }
}

function resultFor(
  payload: unknown,
  args: PreparedOperation,
  contextValue: RequestContext,
): ExecutionResult | Promise<ExecutionResult> {
  return execute({ ...args, contextValue, rootValue: payload });
}

/** The variables on which a result depends: all but those that stand in the arguments of the subscription's own field alone. */
function namesInResult(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const [field, ...others] = operation.selectionSet.selections;
  const isPlain = field?.kind === Kind.FIELD && others.length === 0;
  const parts: readonly (ASTNode | undefined)[] = isPlain
    ? [field.selectionSet, ...(field.directives ?? [])]
    : [operation.selectionSet];
  const names = new Set<string>();
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  for (const part of [...parts, ...fragments])
    if (part)
      visit(part, {
        Variable({ name }) {
          names.add(name.value);
        },
      });
  return [...names].sort();
}
