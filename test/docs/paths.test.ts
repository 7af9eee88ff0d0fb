import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../src/platform/package-root.js';

const at = (path: string) => join(packageRoot, path);
const filesBelow = (folder: string, end: string) =>
  readdirSync(at(folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(end) && !path.includes('__generated__'))
    .map((path) => join(folder, path));

const documents = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...filesBelow('docs', '.md')];
const sources = [
  ...['src', 'cli', 'examples', 'bench'].flatMap((folder) => filesBelow(folder, '.ts')),
  ...filesBelow('schema', '.graphql'),
];
const read = (path: string) => readFileSync(at(path), 'utf8');
/** What is shown to be typed or pasted elsewhere has paths of its own. */
const withoutBlocks = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '');

describe('documents', () => {
  it('name only files and folders of this repository that exist', () => {
    const gone = documents.flatMap((document) =>
      [...withoutBlocks(read(document)).matchAll(/(?<![\w./-])(?:src|test|schema|docs)\/[\w./-]*\w/g)]
        .map(([path]) => path)
        .filter((path) => !existsSync(at(path)))
        .map((path) => `${document}: ${path}`),
    );
    expect(gone).toEqual([]);
  });

  it('link only to what exists', () => {
    const dead = documents.flatMap((document) =>
      [...withoutBlocks(read(document)).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)]
        .map(([, target = '']) => join(dirname(document), target))
        .filter((path) => !existsSync(at(path)))
        .map((path) => `${document}: ${path}`),
    );
    expect(dead).toEqual([]);
  });

  it('are named by the sources as they are called', () => {
    const names = documents.map((document) => relative('docs', document));
    const gone = sources.flatMap((source) =>
      [...read(source).matchAll(/(?<![\w/])docs\/([\w./-]*\w)/g)]
        .filter(([, path = '']) => !names.some((name) => name.startsWith(path)))
        .map(([path]) => `${source}: ${path}`),
    );
    expect(gone).toEqual([]);
  });

  it('list every decision, each with its date and status', () => {
    const index = read('docs/decisions/README.md');
    for (const record of filesBelow('docs/decisions', '.md').filter((path) => /\/\d{4}-/.test(path))) {
      expect(index).toContain(`(${relative('docs/decisions', record)})`);
      expect(read(record)).toMatch(/^# \d+\. .+\n\nDate: \d{4}-\d{2}-\d{2}.*\nStatus: \w/);
    }
  });
});
