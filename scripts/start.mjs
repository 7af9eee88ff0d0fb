// `npm start`: build what changed, then become the server. One process, so that signals reach it directly.
import './build.mjs';

await import('../dist/src/main.js');
