import type { ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';

export interface ButtonProps {
  readonly children: ReactNode;
  readonly onPress?: () => void;
  readonly type?: 'button' | 'submit';
  /** The one thing to do here. */
  readonly primary?: boolean;
  /** Takes something away. */
  readonly danger?: boolean;
  readonly quiet?: boolean;
  readonly small?: boolean;
  /** A picture alone: give it a `label`. */
  readonly iconOnly?: boolean;
  readonly label?: string;
  readonly isDisabled?: boolean;
  readonly isExpanded?: boolean;
  readonly className?: string;
}

export function Button(props: ButtonProps) {
  const { children, onPress, type = 'button', label, isDisabled = false, isExpanded, className } = props;
  const classes = [
    'button',
    props.primary === true && 'primary',
    props.danger === true && 'danger',
    props.quiet === true && 'quiet',
    props.small === true && 'small',
    props.iconOnly === true && 'icon-only',
    className,
  ];
  return (
    <AriaButton
      className={classes.filter(Boolean).join(' ')}
      type={type}
      isDisabled={isDisabled}
      {...(onPress && { onPress })}
      {...(label !== undefined && { 'aria-label': label })}
      {...(isExpanded !== undefined && { 'aria-expanded': isExpanded })}
    >
      {children}
    </AriaButton>
  );
}
