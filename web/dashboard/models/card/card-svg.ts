/** Elements that a browser draws within a moment. */
const MOST_DRAWN = 20_000;
/** What one element may say of others, in any of its attributes. */
const REFERENCES = /url\(\s*["']?#([^"')\s]+)/g;

/**
 * Whether an SVG within a data address draws little. A few hundred characters can have an element drawn that names ten others,
 * each of which names ten more: ten levels of that hold up the whole page.
 */
export function isModestSvg(address: string): boolean {
  const text = svgText(address);
  // Entities multiply as references do, and are replaced before anything can be counted.
  if (text === null || /<!ENTITY/i.test(text)) return false;
  try {
    // The page's security policy takes even what is only read for styles that are to be applied, and complains.
    const unstyled = text.replaceAll(/(<\/?|\s)style(?=[\s=>/])/gi, '$1kept-style');
    const picture = new DOMParser().parseFromString(unstyled, 'image/svg+xml');
    return picture.querySelector('parsererror') === null && drawnBy(picture) <= MOST_DRAWN;
  } catch {
    // Nested too deeply to be counted.
    return false;
  }
}

/** Null for an encoding in which the browser would read something else than is counted here. */
function svgText(address: string): string | null {
  const [, base64, content] =
    /^data:image\/svg\+xml(?:;(?:charset=)?utf-?8)?(;base64)?,([^]*)$/i.exec(address) ?? [];
  if (content === undefined) return null;
  try {
    const plain = decodeURIComponent(content);
    if (base64 === undefined) return plain;
    return new TextDecoder('utf-8', { fatal: true }).decode(
      Uint8Array.from(atob(plain), (character) => character.charCodeAt(0)),
    );
  } catch {
    return null;
  }
}

/** How many elements are drawn, those that are referred to once for each time; Infinity where they refer to themselves. */
function drawnBy(picture: Document): number {
  const known = new Map<Element, number>();
  const count = (element: Element): number => {
    const before = known.get(element);
    if (before !== undefined) return before;
    // Until it is known: who comes here again refers to what it is a part of.
    known.set(element, Infinity);
    let sum = 1;
    for (const child of element.children) sum += count(child);
    for (const name of namesIn(element)) {
      const target = name === null ? null : picture.getElementById(name);
      if (name === null) sum = Infinity;
      else if (target !== null) sum += count(target);
    }
    known.set(element, sum);
    return sum;
  };
  return count(picture.documentElement);
}

/** Whom an element refers to; null for what cannot be told, such as rules of style and names that are written in escapes. */
function* namesIn(element: Element): Generator<string | null> {
  if (element.localName.endsWith('style') && /url|\\/i.test(element.textContent)) yield null;
  for (const { localName: name, value } of element.attributes) {
    if (name === 'href' && value.startsWith('#')) yield safeDecoded(value.slice(1));
    if (value.includes('\\')) yield null;
    for (const [, target = ''] of value.matchAll(REFERENCES)) yield safeDecoded(target);
  }
}

function safeDecoded(name: string): string | null {
  try {
    return decodeURIComponent(name);
  } catch {
    return null;
  }
}
