import { createHash } from 'node:crypto';
import { numbers, type Numbers } from './numbers.js';
import { documents } from './texts.js';

export interface CatalogSize {
  readonly models: number;
  /** Of each model. */
  readonly versions: number;
}

const DOMAINS = ['CHEMISTRY', 'PHYSICS', 'MATERIALS', 'BIOLOGY', 'GENERAL'] as const;
const PROPERTIES = [
  ...['solubility', 'toxicity', 'permeability', 'band-gap', 'formation-energy', 'viscosity', 'conductivity'],
  ...[
    'melting-point',
    'refractive-index',
    'half-life',
    'diffusion',
    'adsorption',
    'hardness',
    'redox-potential',
  ],
];
const SYSTEMS = [
  ...[
    'small-molecules',
    'ionic-liquids',
    'perovskites',
    'polymers',
    'zeolites',
    'alloys',
    'nuclides',
    'peptides',
  ],
  ...['electrolytes', 'metal-organic-frameworks', 'colloids', 'enzymes', 'plasmas', 'glasses'],
];
const METHODS = [
  'gnn',
  'descriptors',
  'dft',
  'mlp',
  'kernel',
  'forest',
  'transformer',
  'transfer',
  'ensemble',
];
const DAY_MS = 86_400_000;
/** What happened to the catalog so far happened in so many days; models come in over the first half. */
const AGE_DAYS = 700;

export interface BenchCatalogModel {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
  readonly domain: (typeof DOMAINS)[number];
  readonly labels: readonly string[];
  readonly card: string;
  readonly createdAt: Date;
}

/** One entry in the history of an alias; the same for every model. */
export interface ScheduledMove {
  readonly alias: string;
  /** 1, 2, 3… within the alias. */
  readonly step: number;
  readonly to: number;
  readonly kind: 'MOVED' | 'ROLLED_BACK';
  /** The step whose target a rollback restores. */
  readonly previous: number | null;
  /** Since the model was registered. */
  readonly afterMs: number;
}

/** What the benchmark's catalog holds; the same at every run, but for the day it begins on. */
export interface CatalogContents {
  readonly size: CatalogSize;
  readonly models: readonly BenchCatalogModel[];
  readonly moves: readonly ScheduledMove[];
  /** Between two versions of a model. */
  readonly versionEveryMs: number;
}

export function catalogContents(size: CatalogSize): CatalogContents {
  const random = numbers(1);
  const versionEveryMs = (AGE_DAYS / 2 / size.versions) * DAY_MS;
  const beginsAt = Math.floor(Date.now() / DAY_MS) * DAY_MS - AGE_DAYS * DAY_MS;
  const models = documents(size.models, random).map((text, index) => ({
    ...text,
    ...named(index, random),
    domain: DOMAINS[index % DOMAINS.length] ?? 'GENERAL',
    createdAt: new Date(beginsAt + Math.round((index * AGE_DAYS * DAY_MS) / 2 / size.models)),
  }));
  return { size, models, moves: schedule(size, versionEveryMs), versionEveryMs };
}

function named(index: number, random: Numbers) {
  const property = PROPERTIES[index % PROPERTIES.length] ?? '';
  const system = SYSTEMS[Math.floor(index / PROPERTIES.length) % SYSTEMS.length] ?? '';
  const methods = [random.pick(METHODS), random.pick(METHODS)];
  return {
    name: `${property}-${system}-${index}`,
    title: `${property} of ${system}, by ${methods[0] ?? ''}`.replaceAll('-', ' '),
    labels: [...new Set([property, system, ...methods])],
  };
}

/** Each alias goes from the first version to the last; every eighth step takes back the one before it. */
function schedule({ versions }: CatalogSize, versionEveryMs: number): ScheduledMove[] {
  const aliases = { production: 40, staging: 30, 'latest-good': 20, canary: 10 };
  return Object.entries(aliases).flatMap(([alias, wanted], place) => {
    const steps = Math.min(wanted, versions);
    const isRollback = (step: number) => step % 8 === 0;
    const target = (step: number): number =>
      isRollback(step) ? target(step - 2) : Math.ceil((step * versions) / steps);
    return Array.from({ length: steps }, (_, index): ScheduledMove => {
      const step = index + 1;
      return {
        alias,
        step,
        to: target(step),
        kind: isRollback(step) ? 'ROLLED_BACK' : 'MOVED',
        previous: isRollback(step) ? step - 3 : step === 1 ? null : step - 1,
        afterMs: Math.round((step * versions * versionEveryMs) / steps) + (place + 1) * 60_000,
      };
    });
  });
}

/** The number an alias had at an instant; null before it was made. */
export function numberAt(
  { models, moves }: CatalogContents,
  model: number,
  alias: string,
  at: Date,
): number | null {
  const since = at.getTime() - (models[model]?.createdAt.getTime() ?? 0);
  const past = moves.filter((move) => move.alias === alias && move.afterMs <= since);
  return past.at(-1)?.to ?? null;
}

/** Of a version's artifact. */
export function digestOf(model: string, number: number): string {
  return `sha256:${createHash('sha256').update(`${model}@${number}`).digest('hex')}`;
}
