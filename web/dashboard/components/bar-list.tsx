import './bar-list.css';

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value for people. */
  readonly text: string;
}

/** A histogram as a list: each line says its number, and shows it as a bar. */
export function BarList({ label, bars }: { readonly label: string; readonly bars: readonly Bar[] }) {
  const largest = Math.max(1, ...bars.map(({ value }) => value));
  return (
    <dl className="bars" aria-label={label}>
      {bars.map(({ label: name, value, text }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <span className="bar" style={{ width: `${(value / largest) * 100}%` }} />
            <span className="number">{text}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}
