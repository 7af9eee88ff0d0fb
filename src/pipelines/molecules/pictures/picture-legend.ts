import type { PictureLegend, PictureTheme } from '../molecule-messages.js';
import { escapeText } from './safe-picture.js';

/** Pixels that a scale takes below a molecule. */
export const LEGEND_HEIGHT = 40;
const BAR_HEIGHT = 8;
const TEXT_SIZE = 11;
const INK: Readonly<Record<PictureTheme, string>> = { LIGHT: '#333333', DARK: '#dddddd' };

/** A picture with a scale of colours at its foot: low on the left, high on the right, with what they mean in words. */
export function withLegend(
  picture: string,
  { low, middle, high, colours }: PictureLegend,
  { width, height, theme }: { readonly width: number; readonly height: number; readonly theme: PictureTheme },
): string {
  const margin = Math.round(width * 0.08);
  const wide = (width - 2 * margin) / colours.length;
  const top = height - LEGEND_HEIGHT + 8;
  const bars = colours.map(
    (colour, place) =>
      `<rect x="${round(margin + place * wide)}" y="${top}" width="${round(wide + 0.5)}" height="${BAR_HEIGHT}" fill="${colour}"/>`,
  );
  const text = (x: number, anchor: string, words: string) =>
    `<text x="${round(x)}" y="${top + BAR_HEIGHT + TEXT_SIZE + 3}" font-family="sans-serif" font-size="${TEXT_SIZE}" text-anchor="${anchor}" fill="${INK[theme]}">${escapeText(words)}</text>`;
  const legend = [
    '<g>',
    ...bars,
    text(margin, 'start', low),
    text(width / 2, 'middle', middle),
    text(width - margin, 'end', high),
    '</g>',
  ].join('');
  return picture.replace(/<\/svg>$/u, `${legend}</svg>`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
