import type { GraphQLSchema } from 'graphql';

/** The schema that requests are read by, which may be replaced at any time by one that answers more, or less. */
export class LiveSchema {
  private readonly listeners = new Set<(schema: GraphQLSchema, changed: ReadonlySet<string>) => void>();
  private replacement: Promise<void> | null = null;

  constructor(private schema: GraphQLSchema) {}

  get current(): GraphQLSchema {
    return this.schema;
  }

  /**
   * Set while another schema is being made: a document that nobody has seen waits for it, since its author may know what
   * has changed already. Never rejects, and does not wait for long.
   */
  get pending(): Promise<void> | null {
    return this.replacement;
  }

  /** @param replacement ends when the schema was replaced, or could not be; null: none is on its way */
  expect(replacement: Promise<void> | null): void {
    this.replacement = replacement;
  }

  /**
   * @param changed names of fields and types that are gone, or not what they were. Documents without any of them mean the
   * same by both schemas.
   */
  replace(schema: GraphQLSchema, changed: ReadonlySet<string>): void {
    this.schema = schema;
    for (const listener of this.listeners) listener(schema, changed);
  }

  /** @returns what ends it */
  onReplaced(listener: (schema: GraphQLSchema, changed: ReadonlySet<string>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
