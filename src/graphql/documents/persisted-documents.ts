import { GraphQLError } from 'graphql';
import type { DocumentCache } from '../compiled/document-cache.js';
import { sha256, type KnownDocument } from '../compiled/known-document.js';
import type { PersistedDocumentStore } from './persisted-document-store.js';

const NOT_FOUND = 'PERSISTED_QUERY_NOT_FOUND';
const SHA256 = /^(?:sha256:)?([0-9a-f]{64})$/;

type Parameters = Readonly<Record<string, unknown>>;

/**
 * Documents asked for by their hash: as `documentId` ("sha256:" and the hash, or the hash alone) by the persisted
 * documents of GraphQL over HTTP, and as `extensions.persistedQuery` by Apollo's automatic persisted queries. Both
 * find every document that was executed in full while it is remembered, and every one that was ever asked for by its
 * hash, also after a restart.
 */
export class PersistedDocuments {
  constructor(
    private readonly cache: DocumentCache,
    private readonly store: PersistedDocumentStore,
  ) {}

  /** The document, if it is in memory. */
  known(hash: string): KnownDocument | undefined {
    const known = this.cache.findByHash(hash);
    if (known) this.store.keep(hash, known.source);
    return known;
  }

  async source(hash: string): Promise<string | null> {
    return this.known(hash)?.source ?? (await this.store.find(hash));
  }

  register(hash: string, source: string): void {
    this.store.keep(hash, source);
  }

  /**
   * The parameters of a request with the document in the place of its `documentId`; the same ones when they have none.
   * With both, the document is registered under its id once it has proved valid.
   *
   * @throws GraphQLError PERSISTED_QUERY_NOT_FOUND, BAD_REQUEST
   */
  async resolve(parameters: Parameters): Promise<Parameters> {
    const { documentId: id, ...others } = parameters;
    if (id === undefined || id === null) return parameters;
    const hash = hashOf(id);
    const { query } = others;
    if (typeof query === 'string' && query !== '') {
      if (hash !== sha256(query))
        throw badRequest(
          'Expected documentId to be the sha256 of query, got that of another document. Leave one out.',
        );
      const extensions = typeof others.extensions === 'object' ? others.extensions : {};
      return { ...others, extensions: { ...extensions, persistedQuery: { version: 1, sha256Hash: hash } } };
    }
    const source = hash === null ? null : await this.source(hash);
    if (source === null) throw notFound(id);
    return { ...others, query: source };
  }

  /**
   * The document that a request sends or names, where Apollo is not there to find it.
   *
   * @throws GraphQLError PERSISTED_QUERY_NOT_FOUND, BAD_REQUEST
   */
  async sourceFor(parameters: Parameters): Promise<{ source: string; byHash: boolean }> {
    const { query, extensions } = await this.resolve(parameters);
    const hash = persistedQueryHash(extensions);
    if (hash === null)
      throw badRequest('Expected extensions.persistedQuery to have version 1 and a sha256Hash.');
    const given = typeof query === 'string' ? query : '';
    if (hash === undefined) return { source: given, byHash: typeof parameters.documentId === 'string' };
    const source = given === '' ? await this.source(hash) : given;
    // In the words of the protocol: its clients look for them.
    if (source === null)
      throw new GraphQLError('PersistedQueryNotFound', { extensions: { code: NOT_FOUND } });
    if (sha256(source) !== hash) throw badRequest('provided sha does not match query');
    return { source, byHash: true };
  }
}

/**
 * The hash in the extension of automatic persisted queries; undefined without it, null when it is of another version or
 * no such thing at all.
 */
export function persistedQueryHash(extensions: unknown): string | null | undefined {
  if (extensions === undefined || extensions === null) return undefined;
  if (typeof extensions !== 'object' || Array.isArray(extensions)) return null;
  const { persistedQuery } = extensions as Parameters;
  if (persistedQuery === undefined) return undefined;
  const { version, sha256Hash } = (persistedQuery ?? {}) as Parameters;
  return version === 1 && typeof sha256Hash === 'string' ? sha256Hash : null;
}

/** Null for an id of another kind than SHA-256. */
export function hashOf(id: unknown): string | null {
  if (typeof id !== 'string') throw badRequest('Expected documentId to be a string.');
  return SHA256.exec(id)?.[1] ?? null;
}

function notFound(id: unknown): GraphQLError {
  const shown = String(id).slice(0, 80);
  return new GraphQLError(
    `No document with the id ${JSON.stringify(shown)} is known here. Expected "sha256:" and the SHA-256 of the document in ` +
      'lower-case hexadecimal. Send the document once as "query" beside its documentId; it is then known, also after a restart.',
    { extensions: { code: NOT_FOUND, http: { status: 400 } } },
  );
}

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}
