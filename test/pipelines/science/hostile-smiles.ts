import { readFileSync } from 'node:fs';

/** Numbers between 0 and 1 that are the same for one seed: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ALPHABET = [
  ...Array.from('BCNOPSFIbcnops()[]=#$:/\\-+.%@*>~|0123456789HKU '),
  'Cl',
  'Br',
  '[nH]',
  '[Fe+3]',
  '[13C@@H]',
  '->',
  '%10',
];

/** Real molecules, which the generator changes. */
function realMolecules(): string[] {
  return readFileSync('examples/data/delaney-solubility.csv', 'utf8')
    .split('\n')
    .slice(1)
    .flatMap((line) => /,([^,"]+),[-\d.]+,[-\d.]+\s*$/.exec(line)?.[1] ?? []);
}

/**
 * Texts that a service for molecules meets, or that somebody sends to bring it down: the same for one seed. One in three is a
 * real molecule, changed a little; the others exhaust one thing each.
 */
export function hostileSmiles(count: number, seed: number): string[] {
  const random = randomOf(seed);
  const upTo = (limit: number) => Math.floor(random() * limit);
  const one = <T>(values: readonly T[]): T => values[upTo(values.length)] as T;
  const real = realMolecules();
  const noise = (length: number) => Array.from({ length }, () => one(ALPHABET)).join('');
  const mutated = () => {
    let text = one(real);
    for (let change = upTo(4); change >= 0; change--) {
      const at = upTo(text.length + 1);
      text = one([
        text.slice(0, at) + one(ALPHABET) + text.slice(at),
        text.slice(0, at) + text.slice(at + 1 + upTo(3)),
        text.slice(0, at) + text.slice(at).split('').reverse().join(''),
        text.slice(at) + text.slice(0, at),
        `${text}.${one(real)}`,
        text.slice(0, at) + one(real) + text.slice(at),
      ]);
    }
    return text;
  };
  const kinds: readonly (() => string)[] = [
    () => noise(upTo(60)),
    () => '('.repeat(upTo(1500)) + 'C',
    () => `C${'(C'.repeat(upTo(260))}${')'.repeat(upTo(260))}`,
    () => '['.repeat(upTo(1000)),
    () => `[${noise(upTo(20))}]`,
    () => `[${upTo(1e9)}C${one(['+', '-'])}${upTo(1e9)}]`,
    () => one(['C', 'N', 'S', '[SiH2]', '[C]', 'c', 'C=']).repeat(1 + upTo(420)),
    () => one(['C1CC1', 'C1CCCCC1', 'c1ccccc1', 'C12CC1C2']).repeat(1 + upTo(100)),
    () => Array.from({ length: 1 + upTo(60) }, () => one(['[Na+]', '[Cl-]', 'O', 'CC', '[U]'])).join('.'),
    // Rings upon rings: every atom closes some of those before.
    () =>
      Array.from(
        { length: 4 + upTo(40) },
        (_, atom) => `C%${10 + (atom % 7)}${atom % 2 ? `%${20 + upTo(5)}` : ''}`,
      ).join(''),
    () =>
      `C${Array.from({ length: upTo(90) }, (_, at) => `%${String(10 + at)}`).join('')}CC${Array.from({ length: upTo(90) }, (_, at) => `%${String(10 + at)}`).join('')}C`,
    // A complete graph of a few heavy atoms, whose paths are very many.
    () => {
      const atoms = 3 + upTo(9);
      const closures = Array.from({ length: atoms }, () => '');
      let label = 10;
      for (let from = 0; from < atoms; from++)
        for (let to = from + 2; to < atoms && label < 100; to++, label++)
          for (const end of [from, to]) closures[end] = `${closures[end] ?? ''}%${label}`;
      return closures.map((closure) => `[U]${closure}`).join('');
    },
    () =>
      one([
        'CC>>CO',
        'C>O>N',
        '*C*',
        '[*:1]CC',
        '[#6]',
        'C~C',
        '[C,N]',
        '[$(CC)]',
        'C1CC',
        'c1cccc1',
        'C(C)(C)(C)(C)C',
        'F(F)F',
      ]),
    () => one(['', ' ', '\t\n', '\u0000', 'C\u0000C', 'CCО', '𝐂', '\u202eCC', 'C​C', 'NaN', 'null', '{}']),
    () =>
      one([
        '[CH3]',
        '[CH2][CH2]',
        '[O][O]',
        '[C]',
        '[OH]',
        '[H]',
        '[H][H]',
        '[2H]C',
        '[NH4+].[OH-]',
        '[3He]',
        '[Og]',
      ]),
    () => `${one(real)} |${noise(upTo(20))}|`,
    () => one(real).replaceAll('C', one(['[C]', '[13C]', '[C@]', 'C(C)', '[C-]', '[c]'])),
    () => `${'C'.repeat(upTo(1990))}${noise(10)}`,
    () => 'C'.repeat(2001 + upTo(5000)),
    () => one(['N', 'O', 'P']).repeat(1 + upTo(30)) + `(=O)`.repeat(upTo(20)),
    () => `C${'/C=C'.repeat(upTo(95))}`,
    () => `[C@@]${'([C@](F)(Cl)Br)'.repeat(upTo(20))}`,
  ];
  return Array.from({ length: count }, (_, index) => (index % 3 === 0 ? mutated() : one(kinds)()));
}
