import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { varyBy } from '../http/index.js';
import { DASHBOARD_CONTENT_SECURITY_POLICY } from '../security/index.js';

/** Answers a request for what is not there with a page. False when it has not: the caller wants, or gets, something else. */
export type NotFoundPage = (request: FastifyRequest, reply: FastifyReply) => Promise<boolean>;

/**
 * The dashboard, which says itself that it has no such page: for people, that is for who reads HTML rather than JSON.
 *
 * @param webDirectory holds the built `dashboard/index.html`
 */
export function notFoundPage(webDirectory: string): NotFoundPage {
  const file = join(webDirectory, 'dashboard', 'index.html');
  return async ({ method, headers, url }, reply) => {
    if (method !== 'GET' && method !== 'HEAD') return false;
    varyBy(reply, 'Accept');
    if (!prefersHtml(headers.accept)) return false;
    const page = await readFile(file, 'utf8').catch(() => null);
    if (page === null) return false;
    // The file names others relative to the page's address.
    const depth = (url.split('?', 1)[0] ?? '').split('/').length - 2;
    const up = '../'.repeat(depth);
    void reply
      .code(404)
      .headers({ 'content-security-policy': DASHBOARD_CONTENT_SECURITY_POLICY, 'cache-control': 'no-store' })
      .type('text/html; charset=utf-8')
      .send(page.replace(/(?<=\b(?:href|src)=")(?=dashboard\/assets\/|favicon\.ico")/g, up));
    return true;
  };
}

/** Browsers name it first when they open a page. Programs take anything, or JSON. */
function prefersHtml(accept: string | undefined): boolean {
  const [first] = (accept ?? '').match(/\b(?:text\/html|application\/(?:[\w.-]+\+)?json)\b|\*\/\*/gi) ?? [];
  return first?.toLowerCase() === 'text/html';
}
