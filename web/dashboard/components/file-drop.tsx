import { DropZone } from 'react-aria-components/DropZone';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { Button } from './button.js';
import { Icon } from './icon.js';
import './file-drop.css';

interface FileDropProps {
  readonly label: string;
  /** Ends of names, such as `.csv`. */
  readonly accepted: readonly string[];
  readonly onFile: (file: File) => void;
}

/** A place to drop a file, and a button for those who have no mouse. */
export function FileDrop({ label, accepted, onFile }: FileDropProps) {
  return (
    <DropZone
      className="drop"
      aria-label={label}
      onDrop={(event) => {
        for (const item of event.items) {
          if (item.kind !== 'file') continue;
          void item.getFile().then(onFile);
          return;
        }
      }}
    >
      <Icon name="upload" />
      <span>{label}, or</span>
      <FileTrigger
        acceptedFileTypes={[...accepted]}
        onSelect={(files) => {
          const [file] = files ?? [];
          if (file) onFile(file);
        }}
      >
        <Button small>Choose a file</Button>
      </FileTrigger>
    </DropZone>
  );
}
