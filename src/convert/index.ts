import './error-codes.js';
export { ModelConversion } from './model-conversion.js';
