import { useLayoutEffect, useRef, type ReactNode } from 'react';
import { useMedia } from './use-media.js';

interface ScrollTableProps {
  readonly label: string;
  readonly children: ReactNode;
  /** Many rows of few numbers stay side by side on a phone, too. */
  readonly isDense?: boolean;
}

/**
 * A table that may be wider than the screen: it scrolls, also by the keyboard, and says its name. On a phone each row is a
 * block instead, in which every cell says what its column is called, unless the table is dense.
 */
export function ScrollTable({ label, children, isDense = false }: ScrollTableProps) {
  const table = useRef<HTMLTableElement>(null);
  const isStacked = useMedia('(max-width: 40rem)') && !isDense;
  // After every change: rows come and go.
  useLayoutEffect(() => {
    if (isStacked && table.current) nameCells(table.current);
  });
  return (
    <div className="table-scroll" role="group" aria-label={label} tabIndex={0}>
      <table ref={table} className={isStacked ? 'table stacked' : 'table'}>
        {children}
      </table>
    </div>
  );
}

/** Roles as well: some browsers forget that what is no longer laid out as a table is one. */
function nameCells(table: HTMLTableElement): void {
  const names = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
  table.setAttribute('role', 'table');
  for (const part of [table.tHead, ...table.tBodies]) part?.setAttribute('role', 'rowgroup');
  for (const row of table.rows) {
    row.setAttribute('role', 'row');
    const isHead = row.parentElement === table.tHead;
    for (const [index, cell] of [...row.cells].entries()) {
      if (isHead) cell.setAttribute('role', 'columnheader');
      else if (cell.tagName === 'TH') cell.setAttribute('role', 'rowheader');
      else cell.setAttribute('role', 'cell');
      if (!isHead && cell.tagName === 'TD') cell.dataset.column = names[index] ?? '';
    }
  }
}
