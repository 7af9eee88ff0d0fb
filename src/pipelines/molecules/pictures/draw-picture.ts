import type { Mol } from '@rdkit/rdkit';
import type { PictureNeed, PictureTheme } from '../molecule-messages.js';
import { LEGEND_HEIGHT, withLegend } from './picture-legend.js';
import { safePicture } from './safe-picture.js';

/** RDKit's three dimensions: a projection of them is no structural formula. */
const IN_SPACE = 3;

/** RDKit's options of a drawing: MolDrawOptions.h. The letters of a highlighted atom are black. */
const THEMES: Readonly<Record<PictureTheme, object>> = {
  LIGHT: { highlightColour: [1, 0.82, 0.3, 1] },
  DARK: { highlightColour: [0.85, 0.65, 0.2, 1], atomColourPalette: 'darkmode' },
};

/**
 * Draws a molecule. Coordinates of a MOL file are kept where they lie in a plane.
 *
 * @returns SVG of the few elements that pictures need; null when `highlight` names an atom that there is not
 * @throws whatever RDKit throws; its module must then not be used again. UnsafePicture should RDKit draw with anything else
 */
export function drawPicture(
  molecule: Mol,
  atoms: number,
  { width, height, highlight, theme, title, description, colours, bondColours, legend }: PictureNeed,
): string | null {
  if (highlight.some((atom) => atom >= atoms)) return null;
  if (molecule.has_coords() === IN_SPACE) molecule.set_new_coords();
  const isColoured = colours !== undefined;
  const options = {
    width,
    // Below lies the scale.
    height: legend === undefined ? height : height - LEGEND_HEIGHT,
    atoms: isColoured ? Object.keys(colours).map(Number) : highlight,
    ...(isColoured && {
      bonds: Object.keys(bondColours ?? {}).map(Number),
      highlightAtomColors: colours,
      highlightBondColors: bondColours ?? {},
      highlightRadius: 0.4,
      continuousHighlight: true,
      fillHighlights: true,
    }),
    clearBackground: false,
    bondLineWidth: 1.5,
    padding: 0.06,
    // Small molecules are not blown up to fill the picture.
    fixedBondLength: Math.min(width, height) / 4.5,
    ...THEMES[theme],
  };
  const drawn = molecule.get_svg_with_highlights(JSON.stringify(options));
  const picture = safePicture(drawn, {
    width,
    height,
    title,
    ...(description !== undefined && { description }),
  });
  return legend === undefined ? picture : withLegend(picture, legend, { width, height, theme });
}
