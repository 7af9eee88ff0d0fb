export const DELANEY = "803 molecules of Delaney's set, measured (examples/data/delaney-solubility.csv)";
export const FROM_A_16 = '1761 nuclides of AME2020 from A = 16 (examples/data/ame2020-binding-energy.csv)';

/** NIST SRSW gives the energies of configuration 4 to five digits. */
export const NIST = {
  cutoff3: { name: 'NIST SRSW Lennard-Jones configuration 4, r_c = 3', energy: -16.79 },
  cutoff4: { name: 'NIST SRSW Lennard-Jones configuration 4, r_c = 4', energy: -17.06 },
} as const;
