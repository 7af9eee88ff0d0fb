// Whether the rows of models are proven independent, and where the proof of the others ends:
//   npm run build && node dist/bench/row-independence.js FOLDER
// One line for each .onnx file of the folder and those in it, then how many were proven, and which operators ended most.
// Where bench/row-independence/judge.py wrote down what was seen when they ran, both are compared.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { proveRows } from '../src/onnx/row-independence/prove-rows.js';
import type { RowProof } from '../src/onnx/row-independence/row-proof.js';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Expected a folder of .onnx files');

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.onnx') && statSync(join(folder, name)).isFile())
  .sort();
const proofs = new Map<string, RowProof>();
const ends = new Map<string, number>();
let withRows = 0;
for (const name of files) {
  const began = performance.now();
  const proof = proveRows(join(folder, name));
  const ms = (performance.now() - began).toFixed(1);
  proofs.set(name, proof);
  const hasRows = proof.proven || !/has no variable first dimension|It has no inputs/.test(proof.reason);
  if (hasRows) withRows += 1;
  if (!proof.proven) {
    const operator = proof.reason.replace(/ ".*?"/g, '').slice(0, 110);
    ends.set(operator, (ends.get(operator) ?? 0) + 1);
  }
  console.log(`${proof.proven ? 'PROVEN  ' : 'UNPROVEN'} ${name} (${ms} ms)${proof.proven ? '' : `\n         ${proof.reason}`}`); // prettier-ignore
}
const proven = [...proofs.values()].filter((proof) => proof.proven).length;
console.log(
  `\n${proven} of ${files.length} proven; ${withRows} have a variable first dimension in every input.`,
);
for (const [reason, count] of [...ends].sort(([, a], [, b]) => b - a)) console.log(`${count} × ${reason}`);

const judged = join(folder, 'judged.tsv');
if (existsSync(judged)) compare(readFileSync(judged, 'utf8'));

function compare(seen: string): void {
  const counts = new Map<string, { files: number; proven: number }>();
  console.log('\nRow by row and not proven, or proven and not seen to be row by row:');
  for (const line of seen.trim().split('\n')) {
    const [name = '', verdict = '', why = ''] = line.split('\t');
    const proof = proofs.get(name);
    if (!proof)
      throw new Error(`Expected the files of judged.tsv, got none named ${name}: run judge.py again`);
    const count = counts.get(verdict) ?? { files: 0, proven: 0 };
    counts.set(verdict, { files: count.files + 1, proven: count.proven + (proof.proven ? 1 : 0) });
    if (!proof.proven && verdict.startsWith('row by row'))
      console.log(`UNPROVEN ${name}\n         ${proof.reason}`);
    if (proof.proven && !verdict.startsWith('row by row'))
      console.log(`PROVEN   ${name}\n         ${verdict}: ${why}`);
    // A wrong proof is a wrong answer to somebody.
    if (proof.proven && verdict.startsWith('rows meet')) process.exitCode = 1;
  }
  console.log('');
  for (const [verdict, count] of counts)
    console.log(`${verdict}: ${count.files}, of which ${count.proven} are proven`);
}
