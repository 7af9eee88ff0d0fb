export const DELANEY = "803 molecules of Delaney's set, measured (examples/data/delaney-solubility.csv)";
export const FROM_A_16 = '1761 nuclides of AME2020 from A = 16 (examples/data/ame2020-binding-energy.csv)';
export const MEATS = '193 spectra of meat, measured on a Tecator Infratec (examples/data/tecator-meat.csv)';
export const WINES = '178 wines of three cultivars (examples/data/wine-cultivars.csv)';

/** What a version that was trained here has beside the metrics of versions that were not, by name of the model. */
export const TRAINED_ON = {
  esol: {
    folds: "803 molecules of Delaney's set, mean over 5 × 5-fold cross-validation",
    fit: "803 molecules of Delaney's set, which it was fitted to",
  },
  'binding-energy': {
    folds: '1761 nuclides of AME2020 from A = 16, mean over 5 × 5-fold cross-validation',
    fit: '1761 nuclides of AME2020 from A = 16, which it was fitted to',
  },
  'meat-fat': {
    folds: '193 spectra of meat, mean over 5 × 5-fold cross-validation',
    fit: '193 spectra of meat, which it was fitted to',
  },
  'wine-cultivar': {
    folds: '178 wines of three cultivars, mean over 5 × 5-fold cross-validation',
    fit: '178 wines of three cultivars, which it was fitted to',
  },
} as const;

/** NIST SRSW gives the energies of configuration 4 to five digits. */
export const NIST = {
  cutoff3: { name: 'NIST SRSW Lennard-Jones configuration 4, r_c = 3', energy: -16.79 },
  cutoff4: { name: 'NIST SRSW Lennard-Jones configuration 4, r_c = 4', energy: -17.06 },
} as const;
