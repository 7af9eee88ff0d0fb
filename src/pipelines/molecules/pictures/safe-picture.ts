import { isPictureAttribute, isPictureElement } from './picture-attributes.js';

/** The picture that was drawn has something in it that no picture of a molecule needs. */
export class UnsafePicture extends Error {
  override readonly name = 'UnsafePicture';
}

export interface PictureFrame {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** What a screen reader says. */
  readonly title: string;
  /** The same at length. */
  readonly description?: string;
}

/** One tag, comment, instruction or run of text; whatever is none of these ends the reading. */
const TOKEN =
  /<!--[^]*?-->|<\?[^]*?\?>|<(?<slash>\/?)(?<name>[A-Za-z][\w:.-]*)(?<attributes>(?:\s+[\w:.-]+\s*=\s*(?:'[^'<]*'|"[^"<]*"))*)\s*(?<empty>\/?)>|(?<text>[^<]+)/y;
const ATTRIBUTE = /\s+([\w:.-]+)\s*=\s*(?:'([^'<]*)'|"([^"<]*)")/g;

/**
 * Writes an SVG anew from the few elements and attributes that pictures of molecules are made of: what is not on the list
 * of `picture-attributes.ts` cannot be in the answer. Inline styles become attributes, which the strictest Content
 * Security Policy lets through wherever the picture is put.
 *
 * @throws UnsafePicture for an element that is not on the list, and for what is no well-formed SVG
 */
export function safePicture(drawn: string, { width, height, title, description }: PictureFrame): string {
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escapeText(title)}</title>`,
    ...(description === undefined ? [] : [`<desc>${escapeText(description)}</desc>`]),
  ];
  const open: string[] = [];
  let ended = false;
  for (const { slash, name, attributes = '', empty, text } of tokens(drawn)) {
    if (text !== undefined) {
      if (text.trim() === '') continue;
      if (!['text', 'tspan'].includes(open.at(-1) ?? ''))
        throw new UnsafePicture('text outside of a text element');
      parts.push(escapeText(plainText(text)));
    } else if (name === undefined) continue;
    else if (ended) throw new UnsafePicture('something after the end');
    else if (slash === '/') {
      if (open.pop() !== name) throw new UnsafePicture(`</${name}> closes nothing`);
      if (name === 'svg') ended = true;
      parts.push(`</${name}>`);
    } else if (name === 'svg') {
      // Written above, from numbers of ours.
      if (open.length > 0 || empty === '/') throw new UnsafePicture('a picture within the picture');
      open.push(name);
    } else {
      if (!isPictureElement(name) || open[0] !== 'svg') throw new UnsafePicture(`the element "${name}"`);
      parts.push(`<${name}${attributesOf(name, attributes)}${empty === '/' ? '/' : ''}>`);
      if (empty !== '/') open.push(name);
    }
  }
  if (!ended) throw new UnsafePicture('a picture without an end');
  return parts.join('');
}

type Token = Partial<Record<'slash' | 'name' | 'attributes' | 'empty' | 'text', string>>;

function* tokens(markup: string): Generator<Token> {
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < markup.length) {
    const match = TOKEN.exec(markup);
    if (match === null) throw new UnsafePicture('something that is no SVG');
    // Read before the consumer may start another reading.
    const next = TOKEN.lastIndex;
    yield match.groups ?? {};
    TOKEN.lastIndex = next;
  }
}

function attributesOf(element: string, given: string): string {
  const kept = new Map<string, string>();
  const keep = (name: string, value: string) => {
    if (isPictureAttribute(element, name, value)) kept.set(name, value);
  };
  for (const [, name = '', single, double] of given.matchAll(ATTRIBUTE)) {
    const value = single ?? double ?? '';
    if (name !== 'style') keep(name, value.trim());
    else
      for (const declaration of value.split(';')) {
        const colon = declaration.indexOf(':');
        if (colon > 0) keep(declaration.slice(0, colon).trim(), declaration.slice(colon + 1).trim());
      }
  }
  // No kind of value has quotes, angle brackets or ampersands.
  return [...kept].map(([name, value]) => ` ${name}="${value}"`).join('');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function plainText(text: string): string {
  return text.replace(/&(?:([a-z]+)|#(\d{1,6}));/g, (_, name?: string, code?: string) => {
    const plain = name === undefined ? String.fromCodePoint(Number(code)) : ENTITIES[name];
    if (plain === undefined) throw new UnsafePicture(`the entity "${name ?? ''}"`);
    return plain;
  });
}

/** XML has no form for control characters. */
export function escapeText(text: string): string {
  return text
    .replace(/[^\P{Cc}\t\n]|[\ud800-\udfff\ufffe\uffff]/gu, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
