import { TokenKind, type DocumentNode, type GraphQLSchema } from 'graphql';
import { KnownDocument } from './known-document.js';

const MAX_DOCUMENTS = 1_000;
/** Of all documents together, by estimate. */
const MAX_BYTES = 64 * 1024 ** 2;
/** One that is larger is executed without being remembered; it is data rather than a program. */
const MAX_DOCUMENT_BYTES = 4 * 1024 ** 2;
/** A token with its nodes and its part of the plan, measured at 450 to 550. */
const BYTES_PER_TOKEN = 600;

/** Documents seen before, parsed, validated and compiled; those not asked for the longest are forgotten first. */
export class DocumentCache {
  private readonly bySource = new Map<string, KnownDocument>();
  private readonly byHash = new Map<string, KnownDocument>();
  private newest: KnownDocument | undefined;
  private bytes = 0;

  constructor(private current: GraphQLSchema) {}

  /** By which the documents are valid. */
  get schema(): GraphQLSchema {
    return this.current;
  }

  get size(): number {
    return this.bySource.size;
  }

  find(source: string): KnownDocument | undefined {
    return this.used(this.bySource.get(source));
  }

  /** @param sha256 lower-case hexadecimal */
  findByHash(sha256: string): KnownDocument | undefined {
    return this.used(this.byHash.get(sha256));
  }

  /** @param document what `source` was parsed into; it must have passed validation */
  add(source: string, document: DocumentNode): KnownDocument {
    const known = this.find(source);
    if (known) return known;
    const added = new KnownDocument(this.current, source, document);
    const bytes = sizeOf(added);
    if (bytes > MAX_DOCUMENT_BYTES) return added;
    this.bySource.set(source, added);
    this.byHash.set(added.sha256, added);
    this.newest = added;
    this.bytes += bytes;
    for (const oldest of this.bySource.values()) {
      if (this.bytes <= MAX_BYTES && this.bySource.size <= MAX_DOCUMENTS) break;
      this.forget(oldest);
    }
    return added;
  }

  /**
   * Keeps the documents that mean the same by another schema; they are compiled anew when they are asked for.
   *
   * @param changed names of fields and types whose documents have to be read again
   */
  carryTo(schema: GraphQLSchema, changed: ReadonlySet<string>): void {
    this.current = schema;
    this.newest = undefined;
    for (const known of [...this.bySource.values()]) {
      if ([...known.names].some((name) => changed.has(name))) {
        this.forget(known);
        continue;
      }
      const carried = known.carriedTo(schema);
      this.bySource.set(known.source, carried);
      this.byHash.set(known.sha256, carried);
    }
  }

  private used(known: KnownDocument | undefined): KnownDocument | undefined {
    if (known && known !== this.newest) {
      this.bySource.delete(known.source);
      this.bySource.set(known.source, known);
      this.newest = known;
    }
    return known;
  }

  private forget(known: KnownDocument): void {
    this.bySource.delete(known.source);
    this.byHash.delete(known.sha256);
    this.bytes -= sizeOf(known);
  }
}

function sizeOf({ source, document }: KnownDocument): number {
  let tokens = 0;
  for (
    let token = document.loc?.startToken;
    token && token.kind !== TokenKind.EOF;
    token = token.next ?? undefined
  )
    tokens += 1;
  return 2 * source.length + tokens * BYTES_PER_TOKEN;
}
