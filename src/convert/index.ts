import './error-codes.js';
export { ModelConversion } from './model-conversion.js';
export { ConverterEnvironments } from './converter-environments.js';
export { openConverterParts } from './converter-parts.js';
export { runConverter, type ConverterLimits, type ConverterTask } from './converter-process.js';
export { Scratch } from './scratch.js';
