export type Labels = Readonly<Record<string, string>>;
type FamilyType = 'counter' | 'gauge' | 'histogram';

/**
 * A text in Prometheus' format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/). What is measured is
 * kept elsewhere, so a registry that measures as well, such as prom-client's, would only count everything twice.
 */
export class Exposition {
  private readonly parts: string[] = [];

  /** Begins a metric; the samples that follow are its own. Each name may begin once. */
  family(name: string, type: FamilyType, help: string): this {
    this.parts.push(`# HELP ${name} ${escaped(help, false)}\n# TYPE ${name} ${type}\n`);
    return this;
  }

  /** @param value written as it is: a rate or a share is the reader's to compute */
  sample(name: string, labels: Labels, value: number): this {
    this.parts.push(`${name}${labelled(labels)} ${written(value)}\n`);
    return this;
  }

  /**
   * @param counts of each bucket alone, one more than there are bounds: beyond the last
   */
  histogram(
    name: string,
    labels: Labels,
    { bounds, counts, sum }: { bounds: readonly number[]; counts: ArrayLike<number>; sum: number },
  ): this {
    let below = 0;
    for (let place = 0; place <= bounds.length; place += 1) {
      below += counts[place] ?? 0;
      this.sample(`${name}_bucket`, { ...labels, le: written(bounds[place] ?? Infinity) }, Math.round(below));
    }
    return this.sample(`${name}_sum`, labels, sum).sample(`${name}_count`, labels, Math.round(below));
  }

  text(): string {
    return this.parts.join('');
  }
}

function labelled(labels: Labels): string {
  const written = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value, true)}"`);
  return written.length === 0 ? '' : `{${written.join(',')}}`;
}

function escaped(text: string, isQuoted: boolean): string {
  const plain = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return isQuoted ? plain.replaceAll('"', '\\"') : plain;
}

function written(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return String(value);
}
