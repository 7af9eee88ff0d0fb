export { RuntimeGraphs, type GraphOrigin, type RuntimeGraph } from './runtime-graphs.js';
