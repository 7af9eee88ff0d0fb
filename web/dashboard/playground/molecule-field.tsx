import { TextField } from '../components/fields.js';
import { svgAddress } from '../molecules/svg-address.js';
import { useTypedDepiction } from '../molecules/use-typed-depiction.js';
import { moleculeTextOf } from '../molecules/molecule-text.js';
import { instanceOf } from './instance-text.js';
import '../molecules/molecule.css';

const PICTURE = { width: 420, height: 260 } as const;

interface MoleculeFieldProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly label?: string;
  readonly hint?: string;
}

/** A SMILES, drawn while it is typed. */
export function MoleculeField({
  text,
  onChange,
  label = 'Molecule',
  hint = 'A SMILES string, such as CC(=O)Oc1ccccc1C(=O)O for aspirin.',
}: MoleculeFieldProps) {
  const molecule = moleculeTextOf(instanceOf(text)) ?? text;
  const { svg, fault, isOld, molecule: drawn } = useTypedDepiction(molecule, PICTURE.width, PICTURE.height);
  return (
    <>
      <TextField
        label={label}
        hint={hint}
        value={text}
        onChange={onChange}
        fault={fault}
        lines={2}
        maxLength={150_000}
      />
      <div className="molecule-stage" data-old={isOld || undefined}>
        {svg === null ? (
          <span className="muted">The picture appears as you type.</span>
        ) : (
          <img className="molecule" src={svgAddress(svg)} alt={`Structure of ${drawn}`} {...PICTURE} />
        )}
      </div>
      <p className="visually-hidden" role="status">
        {fault ?? (svg !== null && !isOld ? 'The molecule is drawn.' : '')}
      </p>
    </>
  );
}
