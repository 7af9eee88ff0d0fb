/** In which order the numbers of a picture lie: channels × height × width, or height × width × channels. */
export const LAYOUTS = ['CHW', 'HWC'] as const;
export type Layout = (typeof LAYOUTS)[number];

export interface PixelScale {
  /** Taken from each channel after the division by 255. */
  readonly mean: readonly number[];
  /** What each channel is divided by after that. */
  readonly deviation: readonly number[];
  /** 255 brings values to 0…1; 1 leaves them. */
  readonly divisor: number;
  readonly layout: Layout;
}

/** (value / divisor − mean) / deviation of each channel, in the layout that the model takes. */
export function pixelValues(pixels: Uint8Array, channels: number, scale: PixelScale): Float32Array {
  const { mean, deviation, divisor, layout } = scale;
  const places = pixels.length / channels;
  const values = new Float32Array(pixels.length);
  for (let channel = 0; channel < channels; channel++) {
    const [centre = 0, spread = 1] = [mean[channel % mean.length], deviation[channel % deviation.length]];
    for (let place = 0; place < places; place++) {
      const from = place * channels + channel;
      values[layout === 'HWC' ? from : channel * places + place] =
        ((pixels[from] ?? 0) / divisor - centre) / spread;
    }
  }
  return values;
}
