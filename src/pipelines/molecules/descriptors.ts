import { similarNames } from '../../platform/similar-names.js';

/**
 * Every descriptor RDKit's `get_descriptors()` computes, under RDKit's own name, with its unit. A test compares this
 * list with what the installed RDKit really returns.
 */
const rdkitUnits = {
  exactmw: 'g/mol',
  amw: 'g/mol',
  lipinskiHBA: '1',
  lipinskiHBD: '1',
  NumRotatableBonds: '1',
  NumHBD: '1',
  NumHBA: '1',
  NumHeavyAtoms: '1',
  NumAtoms: '1',
  NumHeteroatoms: '1',
  NumAmideBonds: '1',
  FractionCSP3: '1',
  NumRings: '1',
  NumAromaticRings: '1',
  NumAliphaticRings: '1',
  NumSaturatedRings: '1',
  NumHeterocycles: '1',
  NumAromaticHeterocycles: '1',
  NumSaturatedHeterocycles: '1',
  NumAliphaticHeterocycles: '1',
  NumSpiroAtoms: '1',
  NumBridgeheadAtoms: '1',
  NumAtomStereoCenters: '1',
  NumUnspecifiedAtomStereoCenters: '1',
  labuteASA: 'Å^2',
  tpsa: 'Å^2',
  CrippenClogP: '1',
  CrippenMR: 'cm^3/mol',
  chi0v: '1',
  chi1v: '1',
  chi2v: '1',
  chi3v: '1',
  chi4v: '1',
  chi0n: '1',
  chi1n: '1',
  chi2n: '1',
  chi3n: '1',
  chi4n: '1',
  hallKierAlpha: '1',
  kappa1: '1',
  kappa2: '1',
  kappa3: '1',
  Phi: '1',
} as const;

/** Names the field uses, each for one of RDKit's. */
const synonyms = {
  clogP: 'CrippenClogP',
  molecularWeight: 'amw',
  monoisotopicMass: 'exactmw',
  rotatableBonds: 'NumRotatableBonds',
  hBondDonors: 'NumHBD',
  hBondAcceptors: 'NumHBA',
  heavyAtoms: 'NumHeavyAtoms',
  rings: 'NumRings',
  aromaticRings: 'NumAromaticRings',
  molarRefractivity: 'CrippenMR',
  // Python's names, of rdkit.Chem.Descriptors.
  ExactMolWt: 'exactmw',
  MolWt: 'amw',
  NOCount: 'lipinskiHBA',
  NHOHCount: 'lipinskiHBD',
  NumHDonors: 'NumHBD',
  NumHAcceptors: 'NumHBA',
  HeavyAtomCount: 'NumHeavyAtoms',
  RingCount: 'NumRings',
  LabuteASA: 'labuteASA',
  TPSA: 'tpsa',
  MolLogP: 'CrippenClogP',
  MolMR: 'CrippenMR',
  Chi0v: 'chi0v',
  Chi1v: 'chi1v',
  Chi2v: 'chi2v',
  Chi3v: 'chi3v',
  Chi4v: 'chi4v',
  Chi0n: 'chi0n',
  Chi1n: 'chi1n',
  Chi2n: 'chi2n',
  Chi3n: 'chi3n',
  Chi4n: 'chi4n',
  HallKierAlpha: 'hallKierAlpha',
  Kappa1: 'kappa1',
  Kappa2: 'kappa2',
  Kappa3: 'kappa3',
} as const satisfies Record<string, RdkitDescriptor>;

export type RdkitDescriptor = keyof typeof rdkitUnits;
/** `aromaticProportion` is aromatic heavy atoms over heavy atoms (Delaney 2004), which RDKit does not list itself. */
export type DescriptorName = RdkitDescriptor | keyof typeof synonyms | 'aromaticProportion';

export const RDKIT_DESCRIPTORS = Object.keys(rdkitUnits) as RdkitDescriptor[];
export const DESCRIPTOR_NAMES: readonly DescriptorName[] = [
  'aromaticProportion',
  ...(Object.keys(synonyms) as (keyof typeof synonyms)[]),
  ...RDKIT_DESCRIPTORS,
];

/** What RDKit calls it; `aromaticProportion` keeps its name. */
export function canonicalDescriptor(name: DescriptorName): RdkitDescriptor | 'aromaticProportion' {
  return Object.hasOwn(synonyms, name) ? synonyms[name as keyof typeof synonyms] : (name as RdkitDescriptor);
}

export function isDescriptor(name: string): name is DescriptorName {
  return (DESCRIPTOR_NAMES as readonly string[]).includes(name);
}

/** Why a name is no descriptor, with those it was most likely meant to be. */
export function unknownDescriptor(given: unknown): string {
  const near = typeof given === 'string' ? nearest(given) : [];
  return near.length === 0
    ? 'not a descriptor RDKit computes here; docs/pipelines.md lists them'
    : `not a descriptor RDKit computes here; the nearest are ${near.join(', ')}`;
}

/** Those that hold the name, or that it holds, come first; then by how little has to be typed anew. */
function nearest(given: string): string[] {
  const wanted = given.toLowerCase();
  const names = new Map(DESCRIPTOR_NAMES.map((name) => [name.toLowerCase(), name]));
  const within = [...names.keys()].filter(
    (name) => wanted.length > 2 && (name.includes(wanted) || wanted.includes(name)),
  );
  // Two letters the wrong way round are the commonest slip of all.
  const turned = [...names.keys()].filter((name) => lettersOf(name) === lettersOf(wanted));
  const close = [...turned, ...similarNames(wanted, [...names.keys()], 4)];
  return [...new Set([...within, ...close])].slice(0, 4).map((name) => names.get(name) ?? name);
}

function lettersOf(name: string): string {
  return name.split('').sort().join('');
}

export function descriptorUnit(name: DescriptorName): string {
  const canonical = canonicalDescriptor(name);
  return canonical === 'aromaticProportion' ? '1' : rdkitUnits[canonical];
}
