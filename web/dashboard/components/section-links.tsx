import { Link, useSearchParams } from 'wouter';

interface SectionLinksProps {
  readonly label: string;
  /** The parameter of the address that holds which one is shown. */
  readonly name: string;
  readonly sections: readonly { readonly value: string; readonly label: string }[];
  readonly current: string;
}

/** Parts of a page, each with an address of its own. The first is the page without the parameter. */
export function SectionLinks({ label, name, sections, current }: SectionLinksProps) {
  const [parameters] = useSearchParams();
  const addressOf = (value: string, index: number) => {
    const next = new URLSearchParams(parameters);
    if (index === 0) next.delete(name);
    else next.set(name, value);
    return `?${next.toString()}`;
  };
  return (
    <nav className="tab-list" aria-label={label}>
      {sections.map((section, index) => (
        <SectionLink
          key={section.value}
          to={addressOf(section.value, index)}
          isCurrent={section.value === current}
          label={section.label}
        />
      ))}
    </nav>
  );
}

function SectionLink({ to, isCurrent, label }: { to: string; isCurrent: boolean; label: string }) {
  return (
    <Link className="tab" href={to} aria-current={isCurrent ? 'true' : undefined}>
      {label}
    </Link>
  );
}
