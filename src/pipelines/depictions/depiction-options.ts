import { DomainError } from '../../platform/errors.js';
import type { PictureTheme } from '../molecules/molecule-messages.js';

/** How to draw; null is the default, as where it is left out. */
export interface DepictionOptions {
  /** Pixels. */
  readonly width?: number | null | undefined;
  readonly height?: number | null | undefined;
  /** Indices of atoms to point out. */
  readonly highlight?: readonly number[] | null | undefined;
  readonly theme?: PictureTheme | null | undefined;
}

export interface CheckedDepictionOptions {
  readonly width: number;
  readonly height: number;
  readonly highlight: readonly number[];
  readonly theme: PictureTheme;
}

const SIDE = { least: 50, most: 2_000 } as const;
const DEFAULT_WIDTH = 300;
const DEFAULT_HEIGHT = 200;

/** @throws DomainError INVALID_ARGUMENT */
export function checkDepictionOptions(options: DepictionOptions): CheckedDepictionOptions {
  const { width, height, highlight, theme } = options;
  const checked = {
    width: side('width', width ?? DEFAULT_WIDTH),
    height: side('height', height ?? DEFAULT_HEIGHT),
    highlight: [...new Set(highlight ?? [])].sort((one, other) => one - other),
    theme: theme ?? 'LIGHT',
  };
  const [first = 0] = checked.highlight;
  if (first < 0)
    throw new DomainError(
      'INVALID_ARGUMENT',
      `highlight names atom ${first}: atoms are numbered from 0, in the order of the molecule's text.`,
      { field: ['highlight'] },
    );
  return checked;
}

function side(name: 'width' | 'height', pixels: number): number {
  if (pixels >= SIDE.least && pixels <= SIDE.most) return pixels;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected a ${name} of ${SIDE.least} to ${SIDE.most} pixels, got ${pixels}.`,
    { field: [name] },
  );
}
