export { type ColumnScaling, fitScaling, type Rows, scaledRow, scaledRows } from './column-scaling.js';
export { fitLeverage, type Leverage, leverageOf } from './leverage.js';
export { meanDistance, type Near, Neighbourhood } from './nearest.js';
export { valueAtShare } from './share-rank.js';
export { type Fingerprints, fingerprintsOf, mostSimilar, packBits, type Similar } from './tanimoto.js';
