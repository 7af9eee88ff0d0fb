export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  readonly type: string;
  readonly samples: Sample[];
}

const HEAD = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/;
const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s;
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/;

/**
 * Reads Prometheus' text format 0.0.4, strictly: every sample belongs to the family that was begun last, and no sample or
 * family comes twice.
 */
export function parseExposition(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('Expected the text to end with a line feed.');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let current: { name: string; family: Family } | null = null;
  let helped = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [, what, name = '', rest = ''] = HEAD.exec(line) ?? [];
    if (what === 'HELP') {
      helped = name;
      continue;
    }
    if (what === 'TYPE') {
      if (families.has(name) || helped !== name) throw new Error(`${name} begins twice, or without help.`);
      current = { name, family: { type: rest, samples: [] } };
      families.set(name, current.family);
      continue;
    }
    const sample = sampleOf(line);
    if (!current || !belongs(sample.name, current.name, current.family.type))
      throw new Error(`${line} belongs to no family.`);
    const key = `${sample.name} ${JSON.stringify(Object.entries(sample.labels).sort())}`;
    if (seen.has(key)) throw new Error(`${key} comes twice.`);
    seen.add(key);
    current.family.samples.push(sample);
  }
  return families;
}

function belongs(sample: string, family: string, type: string): boolean {
  if (type !== 'histogram') return sample === family;
  return ['_bucket', '_sum', '_count'].some((suffix) => sample === family + suffix);
}

function sampleOf(line: string): Sample {
  const [whole, name = '', labels = '', value = ''] = LINE.exec(line) ?? [];
  if (whole === undefined) throw new Error(`Expected a sample, got ${line}.`);
  const number = value === '+Inf' ? Infinity : value === '-Inf' ? -Infinity : Number(value);
  return { name, labels: labelsOf(labels), value: number };
}

function labelsOf(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const [whole, name = '', value = ''] = LABEL.exec(rest) ?? [];
    if (whole === undefined) throw new Error(`Expected labels, got ${rest}.`);
    labels[name] = value.replace(/\\(["\\n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
    rest = rest.slice(whole.length);
  }
  return labels;
}
