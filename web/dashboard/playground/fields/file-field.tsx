import { useState } from 'react';
import { Button } from '../../components/button.js';
import { TextField } from '../../components/fields.js';
import { FileDrop } from '../../components/file-drop.js';
import { Notice } from '../../components/notice.js';
import { formatBytes } from '../../formats/numbers.js';
import { hintOf, labelOf, type FieldInputProps } from './field-input.js';
import { textOfValue, valueOf } from './field-value.js';
import { acceptedFor, readValue } from './read-value.js';

/** Longer texts are slow to type in, and say nothing to a reader. */
const MOST_TYPED = 20_000;

/** A picture, a spectrum, a series or a structure: dropped as a file, or typed where that is possible. */
export function FileField({ field, value, onChange }: FieldInputProps) {
  const [file, setFile] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const text = textOfValue(value);
  const isTyped = field.kind !== 'image' && text.length <= MOST_TYPED;
  const take = async (chosen: File) => {
    try {
      onChange(await readValue(field.kind, chosen));
      setFile(`${chosen.name}, ${formatBytes(chosen.size)}`);
      setFault(null);
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <fieldset className="tensor">
      <legend>{labelOf(field)}</legend>
      {isTyped && (
        <TextField
          label={`${field.name} as text`}
          hint={hintOf(field)}
          value={text}
          onChange={(next) => onChange(valueOf(field, next))}
          lines={5}
        />
      )}
      {field.kind === 'image' && text !== '' && <Picture text={text} name={field.name} />}
      <FileDrop
        label={`Drop a file for ${field.name} here`}
        accepted={acceptedFor(field.kind)}
        onFile={(chosen) => void take(chosen)}
      />
      {text !== '' && (
        <div className="row">
          <span className="muted">{file ?? (isTyped ? '' : `${text.length} characters`)}</span>
          <Button
            small
            label={`Clear ${field.name}`}
            onPress={() => {
              onChange(undefined);
              setFile(null);
            }}
          >
            Clear
          </Button>
        </div>
      )}
      {fault !== null && <Notice kind="bad">{fault}</Notice>}
    </fieldset>
  );
}

/** What is no picture is shown as none; the server says why. */
function Picture({ text, name }: { readonly text: string; readonly name: string }) {
  const address = text.startsWith('data:image/') ? text : `data:image/png;base64,${text}`;
  return <img className="dropped-picture" src={address} alt={`What was given for ${name}`} />;
}
