import type { FastifyInstance } from 'fastify';

/**
 * The routes of the server as callers know them, for the answers to unknown paths and wrong methods. Collects
 * what is registered after it, so it comes before every route.
 */
export class RouteTable {
  readonly #methods = new Map<string, Set<string>>();

  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      const known = this.#methods.get(url) ?? new Set<string>();
      for (const one of [method].flat()) known.add(one);
      this.#methods.set(url, known);
    });
  }

  /** The documented form of each path, sorted; wildcards hold files of pages and are left out. */
  paths(): string[] {
    return [...this.#methods.keys()].filter((path) => !/\*|.\/$/.test(path)).sort();
  }

  /** The methods some route answers on this URL; empty when the path is unknown. */
  methodsOf(url: string): string[] {
    const path = url.split('?', 1)[0] ?? '';
    return [...this.#methods].flatMap(([pattern, methods]) => (matches(pattern, path) ? [...methods] : []));
  }
}

function matches(pattern: string, path: string): boolean {
  const source = pattern
    .split('/')
    .map((part) =>
      part.startsWith(':') ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace('*', '.*'),
    )
    .join('/');
  return new RegExp(`^${source}$`).test(path);
}
