import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'idle';

interface BadgeProps {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly children: ReactNode;
  readonly title?: string | null | undefined;
}

/** A state as a word, a picture and a colour: never by colour alone. */
export function Badge({ tone, icon, children, title }: BadgeProps) {
  return (
    <span className={`badge ${tone} ${icon === 'busy' ? 'busy' : ''}`} title={title ?? undefined}>
      <Icon name={icon} />
      {children}
    </span>
  );
}
