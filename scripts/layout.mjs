// What keeps rooms and files small enough to be read: npm run boundaries runs it beside dependency-cruiser.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

const FILES_OF_A_FOLDER = 28;
const LINES_OF_A_FILE = 300;

const files = execFileSync('git', ['ls-files', 'src', 'cli', 'web'], { encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.tsx?$/.test(file));
const faults = [];

const byFolder = new Map();
for (const file of files) byFolder.set(dirname(file), (byFolder.get(dirname(file)) ?? 0) + 1);
for (const [folder, count] of byFolder)
  if (count > FILES_OF_A_FOLDER)
    faults.push(
      `${folder} holds ${count} files, at most ${FILES_OF_A_FOLDER} are allowed: divide it by concept.`,
    );

for (const file of files) {
  const lines = readFileSync(file, 'utf8').split('\n').length - 1;
  if (lines > LINES_OF_A_FILE)
    faults.push(`${file} has ${lines} lines, at most ${LINES_OF_A_FILE} are allowed: divide it by concept.`);
}

for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
