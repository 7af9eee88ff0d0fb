import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.js';

export type NoticeKind = 'info' | 'good' | 'warn' | 'bad';

const ICONS: Readonly<Record<NoticeKind, IconName>> = {
  info: 'info',
  good: 'checked',
  warn: 'warning',
  bad: 'failed',
};

/** Something a reader has to know; what went wrong is read out at once. */
export function Notice({ kind, children }: { readonly kind: NoticeKind; readonly children: ReactNode }) {
  return (
    <div className={`notice ${kind}`} role={kind === 'bad' ? 'alert' : undefined}>
      <Icon name={ICONS[kind]} />
      <div>{children}</div>
    </div>
  );
}
