// Where the time of the suite goes: RETORT_TEST_COSTS=costs.jsonl npm test && node scripts/test-costs.mjs costs.jsonl
// Each test file has written its seconds by the clock, its own CPU seconds, those of the processes it started, and what either
// were spent on (test/support/costs.ts). What a PostgreSQL server uses is in none of them.
import { readFileSync } from 'node:fs';

const [, , file] = process.argv;
if (file === undefined) {
  console.error('Expected a file that a run with RETORT_TEST_COSTS has written.');
  process.exit(2);
}
const suites = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))
  .map((costs) => ({ ...costs, name: costs.testPath.replace(/^.*\/test\//, '') }));

print('folder', groups(suites));
print('file', suites.toSorted((a, b) => total(b) - total(a)).slice(0, 40));
printKinds(suites);

function groups(all) {
  const byFolder = new Map();
  for (const suite of all) {
    const name = `${suite.name.split('/')[0]}/`;
    const sum = byFolder.get(name) ?? { name, seconds: 0, cpu: 0, childrenCpu: 0 };
    for (const key of ['seconds', 'cpu', 'childrenCpu']) sum[key] += suite[key];
    byFolder.set(name, sum);
  }
  const rows = [...byFolder.values()].sort((a, b) => total(b) - total(a));
  const sum = (key) => rows.reduce((all, row) => all + row[key], 0);
  return [
    ...rows,
    { name: 'all', seconds: sum('seconds'), cpu: sum('cpu'), childrenCpu: sum('childrenCpu') },
  ];
}

/** What was spent on things that recur: starts of servers and databases in the test's process, and other processes. */
function printKinds(all) {
  const kinds = new Map();
  for (const [kind, { times, cpu }] of all.flatMap(({ spent = {} }) => Object.entries(spent))) {
    const sum = kinds.get(kind) ?? { times: 0, cpu: 0 };
    kinds.set(kind, { times: sum.times + times, cpu: sum.cpu + cpu });
  }
  console.log('| kind | times | CPU | CPU each |\n| --- | ---: | ---: | ---: |');
  for (const [kind, { times, cpu }] of [...kinds].sort(([, a], [, b]) => b.cpu - a.cpu))
    console.log(`| ${kind} | ${times} | ${cpu.toFixed(1)} | ${(cpu / times).toFixed(3)} |`);
}

function total({ cpu, childrenCpu }) {
  return cpu + childrenCpu;
}

function print(heading, rows) {
  console.log(`| ${heading} | seconds | CPU | CPU of its processes |\n| --- | ---: | ---: | ---: |`);
  for (const { name, ...costs } of rows) {
    const cells = [costs.seconds, costs.cpu, costs.childrenCpu].map((value) => value.toFixed(1));
    console.log(`| ${[name, ...cells].join(' | ')} |`);
  }
  console.log();
}
