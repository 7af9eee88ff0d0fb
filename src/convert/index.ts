import './error-codes.js';
export { ConverterEnvironments } from './converter-environments.js';
export { ModelConversion } from './model-conversion.js';
