type Rgb = readonly [number, number, number];

/**
 * Ends of ColorBrewer's diverging scheme of red and blue (Brewer, Hatchard and Harrower 2003), which people with the common
 * deficiencies of colour vision tell apart; the middle is the ground that the picture stands on.
 */
const SCALES: Readonly<
  Record<'LIGHT' | 'DARK', { readonly low: Rgb; readonly middle: Rgb; readonly high: Rgb }>
> = {
  LIGHT: { low: [0.26, 0.58, 0.76], middle: [0.97, 0.97, 0.97], high: [0.84, 0.38, 0.3] },
  DARK: { low: [0.2, 0.5, 0.75], middle: [0.2, 0.21, 0.23], high: [0.8, 0.35, 0.28] },
};

export type Theme = keyof typeof SCALES;

/** @param share of the largest attribution, from −1 (lowers the answer) to 1 (raises it) */
export function colourOf(share: number, theme: Theme): Rgb {
  const { low, middle, high } = SCALES[theme];
  const end = share < 0 ? low : high;
  const part = Math.min(1, Math.abs(share));
  return mixed(middle, end, part);
}

/** From −1 to 1 in so many steps, as `#rrggbb`. */
export function scaleColours(steps: number, theme: Theme): string[] {
  return Array.from({ length: steps }, (_, step) => {
    const colour = colourOf((2 * step) / (steps - 1) - 1, theme);
    return `#${colour
      .map((part) =>
        Math.round(part * 255)
          .toString(16)
          .padStart(2, '0'),
      )
      .join('')}`;
  });
}

function mixed(from: Rgb, to: Rgb, part: number): Rgb {
  const of = (at: 0 | 1 | 2) => Math.round((from[at] + (to[at] - from[at]) * part) * 1_000) / 1_000;
  return [of(0), of(1), of(2)];
}
