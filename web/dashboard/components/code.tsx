import { CopyButton } from './copy-button.js';
import './code.css';

interface CodeProps {
  /** What it is. */
  readonly label: string;
  readonly code: string;
}

/** A program, a command or an entry, ready to be copied. */
export function Code({ label, code }: CodeProps) {
  return (
    <div className="code" role="group" aria-label={label}>
      <div className="code-head">
        <span>{label}</span>
        <CopyButton text={code} label={`Copy: ${label}`} />
      </div>
      {/* Keyboards scroll what has the focus. */}
      <pre tabIndex={0}>
        <code>{code}</code>
      </pre>
    </div>
  );
}
