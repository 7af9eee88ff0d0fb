/** Whether a value is of its attribute's kind: none can hold an address, a script or another declaration. */
type Kind = (value: string) => boolean;

const number: Kind = (value) => /^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?:px)?$/.test(value);
const numbers: Kind = (value) => /^[\d\s.,e+-]*$/.test(value);
const color: Kind = (value) => /^(?:none|#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}|#[0-9A-Fa-f]{8})$/.test(value);
const word: Kind = (value) => /^[a-z-]+$/.test(value);
const families: Kind = (value) => /^[A-Za-z ,-]+$/.test(value);
const path: Kind = (value) => /^[MLHVCSQTAZmlhvcsqtaz\d\s.,e+-]*$/.test(value);

/** How anything is painted; SVG takes these as attributes and inside `style`. */
const PAINT: Readonly<Record<string, Kind>> = {
  fill: color,
  'fill-opacity': number,
  'fill-rule': word,
  opacity: number,
  stroke: color,
  'stroke-dasharray': (value) => numbers(value) || value === 'none',
  'stroke-linecap': word,
  'stroke-linejoin': word,
  'stroke-opacity': number,
  'stroke-width': number,
};
const FONT: Readonly<Record<string, Kind>> = {
  'font-family': families,
  'font-size': number,
  'font-style': word,
  'font-weight': (value) => word(value) || number(value),
  'text-anchor': word,
};
const PLACE = { x: number, y: number } as const;

/** Every element a picture may have, with the attributes of each. Neither links, scripts, styles nor foreign content. */
const ELEMENTS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  circle: { ...PAINT, cx: number, cy: number, r: number },
  ellipse: { ...PAINT, cx: number, cy: number, rx: number, ry: number },
  g: PAINT,
  line: { ...PAINT, x1: number, y1: number, x2: number, y2: number },
  path: { ...PAINT, d: path },
  polygon: { ...PAINT, points: numbers },
  polyline: { ...PAINT, points: numbers },
  rect: { ...PAINT, ...PLACE, width: number, height: number },
  text: { ...PAINT, ...FONT, ...PLACE },
  tspan: { ...PAINT, ...FONT, ...PLACE },
};

export function isPictureElement(name: string): boolean {
  return Object.hasOwn(ELEMENTS, name);
}

/** Whether an element may carry this attribute with this value. */
export function isPictureAttribute(element: string, name: string, value: string): boolean {
  const kinds = ELEMENTS[element] ?? {};
  return Object.hasOwn(kinds, name) && (kinds[name]?.(value) ?? false);
}
