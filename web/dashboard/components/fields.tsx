import { useId, type ReactNode } from 'react';
import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField as AriaTextField } from 'react-aria-components/TextField';
import { Icon } from './icon.js';

interface FieldProps {
  readonly label: string;
  /** The field says by itself what it is for; screen readers are told still. */
  readonly isLabelHidden?: boolean;
  readonly hint?: ReactNode;
  /** What is wrong with what it holds; null when nothing is. */
  readonly fault?: string | null | undefined;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

interface TextFieldProps extends FieldProps {
  readonly type?: 'text' | 'password' | 'search' | 'datetime-local';
  readonly inputMode?: 'text' | 'decimal' | 'numeric';
  readonly autoComplete?: string;
  readonly autoFocus?: boolean;
  readonly placeholder?: string;
  readonly isRequired?: boolean;
  /** Several lines. */
  readonly lines?: number;
  readonly maxLength?: number;
}

export function TextField(props: TextFieldProps) {
  const { label, hint, fault, value, onChange, lines, type = 'text', autoComplete = 'off' } = props;
  return (
    <AriaTextField
      className="field"
      value={value}
      onChange={onChange}
      type={type}
      autoComplete={autoComplete}
      isInvalid={fault !== null && fault !== undefined}
      isRequired={props.isRequired ?? false}
      validationBehavior="aria"
      {...(props.autoFocus === true && { autoFocus: true })}
      {...(props.inputMode && { inputMode: props.inputMode })}
      {...(props.maxLength !== undefined && { maxLength: props.maxLength })}
    >
      <Label className={props.isLabelHidden === true ? 'visually-hidden' : ''}>{label}</Label>
      {lines === undefined ? (
        <Input className="input" placeholder={props.placeholder ?? ''} />
      ) : (
        <TextArea className="input" rows={lines} placeholder={props.placeholder ?? ''} />
      )}
      {hint !== undefined && (
        <Text slot="description" className="hint">
          {hint}
        </Text>
      )}
      <FieldError className="fault">
        <Icon name="failed" />
        {fault}
      </FieldError>
    </AriaTextField>
  );
}

export interface Option {
  readonly value: string;
  readonly label: string;
}

/** One of a few. The system's own list: it is used by every keyboard, screen reader and phone. */
export function SelectField(props: FieldProps & { readonly options: readonly Option[] }) {
  const { label, hint, fault, value, onChange, options } = props;
  const id = useId();
  const isInvalid = fault !== null && fault !== undefined;
  return (
    <div className="field" data-invalid={isInvalid || undefined}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="input"
        value={value}
        aria-invalid={isInvalid || undefined}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
      <span id={`${id}-hint`} className={isInvalid ? 'fault' : 'hint'}>
        {isInvalid ? fault : hint}
      </span>
    </div>
  );
}

interface CheckFieldProps {
  readonly children: ReactNode;
  readonly value: boolean;
  readonly onChange: (value: boolean) => void;
}

export function CheckField({ children, value, onChange }: CheckFieldProps) {
  return (
    <label className="check">
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}

/** Why something is done: for the history, where everybody reads it later. */
export function ReasonField(props: Pick<FieldProps, 'value' | 'onChange' | 'fault'>) {
  return (
    <TextField
      label="Reason"
      hint="Stands in the history with your name, for those who ask later."
      lines={2}
      maxLength={1_000}
      {...props}
    />
  );
}
