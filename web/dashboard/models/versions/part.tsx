import type { ReactNode } from 'react';

/** A titled part of what is said of a version. */
export function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="panel panel-body" aria-label={title}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}
