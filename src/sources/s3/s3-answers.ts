import { SaxesParser } from 'saxes';

/** A page of ListObjectsV2 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html). */
export interface ObjectPage {
  readonly objects: readonly { readonly key: string; readonly size: number }[];
  /** Null on the last page. */
  readonly nextToken: string | null;
}

/** @returns null for what is no such page */
export function readObjectPage(xml: string): ObjectPage | null {
  const objects: { key: string; size: number }[] = [];
  let nextToken: string | null = null;
  const seen = new Set<string>();
  let key = '';
  const isXml = walk(xml, (path, text) => {
    seen.add(path);
    if (path === 'ListBucketResult/Contents/Key') key = text;
    if (path === 'ListBucketResult/Contents/Size') objects.push({ key, size: Number(text) });
    if (path === 'ListBucketResult/NextContinuationToken' && text !== '') nextToken = text;
  });
  return isXml && seen.has('ListBucketResult') ? { objects, nextToken } : null;
}

/** What an answer of an S3 server says is wrong; null where it says nothing. */
export function readError(xml: string): { readonly code: string; readonly message: string } | null {
  const found: Record<string, string> = {};
  walk(xml, (path, text) => (found[path] ??= text));
  const { 'Error/Code': code, 'Error/Message': message = '' } = found;
  return code === undefined ? null : { code: code.slice(0, 100), message: message.slice(0, 300) };
}

/** @param onElement gets each element's path and text when it ends @returns whether it is well-formed */
function walk(xml: string, onElement: (path: string, text: string) => void): boolean {
  const parser = new SaxesParser();
  const open: { readonly path: string; text: string }[] = [];
  let isWell = true;
  parser.on('error', () => (isWell = false));
  parser.on('opentag', ({ name }) =>
    open.push({ path: [...open.slice(-1).map(({ path }) => path), name].join('/'), text: '' }),
  );
  parser.on('text', (text) => {
    const last = open.at(-1);
    if (last !== undefined) last.text += text;
  });
  parser.on('closetag', () => {
    const ended = open.pop();
    if (ended !== undefined && isWell) onElement(ended.path, ended.text);
  });
  parser.write(xml).close();
  return isWell;
}
