import type { ReactNode } from 'react';

/** A table that may be wider than the screen: it scrolls, also by the keyboard, and says its name. */
export function ScrollTable({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    <div className="table-scroll" role="group" aria-label={label} tabIndex={0}>
      <table className="table">{children}</table>
    </div>
  );
}
