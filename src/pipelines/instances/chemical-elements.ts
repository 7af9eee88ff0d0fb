/** Symbols by proton number, from hydrogen (1) to oganesson (118); IUPAC 2016. */
export const ELEMENT_SYMBOLS: readonly string[] = (
  'H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr ' +
  'Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu ' +
  'Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg ' +
  'Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og'
).split(' ');

/** "Fe" for 26; "Z=119" for one without a name yet. */
export function elementSymbol(z: number): string {
  return ELEMENT_SYMBOLS[z - 1] ?? `Z=${z}`;
}

/** 26 for "Fe" or "fe"; undefined when no element has this symbol. */
export function protonNumber(symbol: string): number | undefined {
  // Beyond ASCII a letter can have a small form in it: the kelvin sign's is k.
  if (!/^[A-Za-z]{1,2}$/.test(symbol)) return undefined;
  const index = ELEMENT_SYMBOLS.findIndex((known) => known.toLowerCase() === symbol.toLowerCase());
  return index < 0 ? undefined : index + 1;
}
