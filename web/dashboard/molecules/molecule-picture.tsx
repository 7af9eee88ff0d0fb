import { useQuery } from 'urql';
import { Depiction } from '../__generated__/playground.js';
import { sentences } from '../components/query-error.js';
import { svgAddress } from './svg-address.js';
import { useDepictionTheme } from './use-depiction-theme.js';
import './molecule.css';

interface MoleculePictureProps {
  /** SMILES, or the text of a MOL file. */
  readonly molecule: string;
  /** What it is called beside the picture. */
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** The structural formula of a molecule, drawn by the server. */
export function MoleculePicture({ molecule, name, width, height }: MoleculePictureProps) {
  const theme = useDepictionTheme();
  const [{ data, error }] = useQuery({
    query: Depiction,
    variables: { molecule, width, height, theme },
    // The same text is drawn the same.
    requestPolicy: 'cache-first',
  });
  const svg = data?.depiction;
  if (error && !svg) return <p className="muted">No picture: {sentences(error)}</p>;
  return (
    <img
      className="molecule"
      alt={`Structure of ${name}`}
      width={width}
      height={height}
      {...(svg ? { src: svgAddress(svg) } : {})}
    />
  );
}
