export { JsonReader, type PlacedBlock, type ScannedJson } from './json-reader.js';
export { beyondLimit, hasFewParts, heaviest, heaviestNumbers, JSON_LIMITS, weightOf } from './json-weight.js';
export { NumberBlock } from './number-block.js';
export { placeBlocks } from './place-blocks.js';
export { scanJson, type JsonPath } from './scan-json.js';
export { parseTolerantJson } from './tolerant-json.js';
