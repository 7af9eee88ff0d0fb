// Whether the rows of models are proven independent, and where the proof of the others ends:
//   npm run build && node dist/bench/row-independence.js FOLDER
// One line for each .onnx file of the folder and those in it, then how many were proven, and which operators ended most.
import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { proveRows } from '../src/onnx/row-independence/prove-rows.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Expected a folder of .onnx files');

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.onnx') && statSync(join(folder, name)).isFile())
  .sort();
const ends = new Map<string, number>();
let proven = 0;
let withRows = 0;
for (const name of files) {
  const began = performance.now();
  const proof = proveRows(join(folder, name));
  const ms = (performance.now() - began).toFixed(1);
  if (proof.proven) proven += 1;
  const hasRows = proof.proven || !/has no variable first dimension|It has no inputs/.test(proof.reason);
  if (hasRows) withRows += 1;
  if (!proof.proven) {
    const operator = proof.reason.replace(/ ".*?"/g, '').slice(0, 110);
    ends.set(operator, (ends.get(operator) ?? 0) + 1);
  }
  console.log(`${proof.proven ? 'PROVEN  ' : 'UNPROVEN'} ${relative('.', name)} (${ms} ms)${proof.proven ? '' : `\n         ${proof.reason}`}`); // prettier-ignore
}
console.log(
  `\n${proven} of ${files.length} proven; ${withRows} have a variable first dimension in every input.`,
);
for (const [reason, count] of [...ends].sort(([, a], [, b]) => b - a)) console.log(`${count} × ${reason}`);
