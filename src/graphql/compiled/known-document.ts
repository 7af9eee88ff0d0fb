import { createHash } from 'node:crypto';
import {
  getOperationAST,
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { createCostCheck } from '../documents/cost-limit.js';
import { CompiledOperation } from './compile-operation.js';
import { changeableNames } from './document-names.js';

/** A document that has been parsed and found valid. */
export class KnownDocument {
  /** Lower-case hexadecimal, of the source as UTF-8. */
  readonly sha256: string;
  /** Those whose change may change what the document means. */
  readonly names: ReadonlySet<string>;
  private readonly operations = new Map<string | null, KnownOperation | null>();

  constructor(
    private readonly schema: GraphQLSchema,
    readonly source: string,
    readonly document: DocumentNode,
    known?: Pick<KnownDocument, 'sha256' | 'names'>,
  ) {
    this.sha256 = known?.sha256 ?? sha256(source);
    this.names = known?.names ?? changeableNames(source, document);
  }

  /** The same for a schema by which it is valid too. What runs goes on by the schema it began with. */
  carriedTo(schema: GraphQLSchema): KnownDocument {
    return new KnownDocument(schema, this.source, this.document, this);
  }

  /** Null when the document has no such operation, or several and no name chooses one. */
  operation(name: string | null | undefined): KnownOperation | null {
    const key = name ?? null;
    const known = this.operations.get(key);
    if (known !== undefined) return known;
    const node = getOperationAST(this.document, key);
    // Names that are not there are not remembered: there is no end to them.
    if (!node) return null;
    const operation = new KnownOperation(this.schema, this, node);
    this.operations.set(key, operation);
    return operation;
  }
}

export class KnownOperation {
  readonly kind: 'query' | 'mutation' | 'subscription';
  readonly name: string | null;
  /** @throws GraphQLError QUERY_TOO_COSTLY */
  readonly checkCost: (variables: Readonly<Record<string, unknown>>) => void;
  private compiled: CompiledOperation | undefined;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly of: Pick<KnownDocument, 'document' | 'sha256'>,
    private readonly node: OperationDefinitionNode,
  ) {
    this.kind = node.operation;
    this.name = node.name?.value ?? null;
    this.checkCost = createCostCheck(schema, of.document, node);
  }

  /** Of its document's source. */
  get sha256(): string {
    return this.of.sha256;
  }

  /** Compiled when it is first asked for. Null when the variables do not fit; nothing has run then. */
  run(
    variables: Readonly<Record<string, unknown>>,
    context: unknown,
  ): ExecutionResult | Promise<ExecutionResult> | null {
    this.compiled ??= new CompiledOperation(this.schema, this.of.document, this.node);
    return this.compiled.run(variables, context);
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
