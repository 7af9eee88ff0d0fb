import { isModestSvg } from './card-svg.js';

/** What a picture inside a card may take. Larger ones, and those from elsewhere, are shown as a link. */
const MOST_CHARACTERS = 150_000;
/** Pixels of a side: a few bytes of PNG can hold more than a browser has memory for. */
const LARGEST_SIDE = 4_000;

/** Whether a card may show this picture: one that lies in the card itself, is small, and small when it is unpacked. */
export function isShown(address: string): boolean {
  if (address.length > MOST_CHARACTERS) return false;
  if (/^data:image\/svg\+xml[;,]/i.test(address)) return isModestSvg(address);
  const [, packed] = /^data:image\/png;base64,([A-Za-z0-9+/=]+)$/.exec(address) ?? [];
  if (packed === undefined) return false;
  const size = pngSize(packed);
  return size !== null && size.width <= LARGEST_SIDE && size.height <= LARGEST_SIDE;
}

/** Width and height of a PNG, from its first chunk (ISO/IEC 15948, section 11.2.2). */
function pngSize(packed: string): { width: number; height: number } | null {
  let bytes: string;
  try {
    bytes = atob(packed.slice(0, 32));
  } catch {
    return null;
  }
  if (!bytes.startsWith('\x89PNG\r\n\x1a\n\0\0\0\rIHDR')) return null;
  const number = (at: number) =>
    [0, 1, 2, 3].reduce((sum, index) => sum * 256 + bytes.charCodeAt(at + index), 0);
  return { width: number(16), height: number(20) };
}

/** A link out of a card leads to a page or to another place of this one; nothing runs. */
export function safeLink(address: string): string | undefined {
  if (/^(?:https?|mailto):/i.test(address)) return address;
  // Browsers read a backslash as a slash, and two of either as the beginning of another host.
  if (/^[a-z][a-z\d+.-]*:/i.test(address) || /^\/(?:\/|\\|%5c)/i.test(address)) return undefined;
  return address.startsWith('#') || address.startsWith('/') ? address : undefined;
}
