// Starts the built server with another Node, on an empty folder, asks it for one prediction and stops it:
//   node .ci/start-and-predict.mjs <path of a node binary>
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [, , binary] = process.argv;
const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim();
const data = mkdtempSync(join(tmpdir(), 'retort-start-'));
const server = spawn(binary, ['dist/src/main.js'], {
  env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', RETORT_DATA: data, LOG_LEVEL: 'warn' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
try {
  const query =
    'mutation { predict(input: {version: "esol@production", instances: ["CCO"]}) { predictions { value } userErrors { message } } }';
  const response = await fetch(await addressOf(server), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const answer = await response.json();
  const value = answer.data?.predict.predictions?.[0]?.value;
  // The published value of the example.
  if (!(Math.abs(value - 1.096) < 0.005)) throw new Error(`Expected 1.096, got ${JSON.stringify(answer)}`);
  server.kill('SIGTERM');
  const [code] = await once(server, 'exit');
  if (code !== 0) throw new Error(`The server ended with ${code} instead of 0.`);
  console.log(`Node ${version}: started, predicted ${value.toFixed(3)} for CCO, stopped`);
} finally {
  server.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true, maxRetries: 5 });
}

/** Where GraphQL is answered, once the banner says that everything is ready. */
async function addressOf({ stdout }) {
  let printed = '';
  for await (const text of stdout.setEncoding('utf8')) {
    printed += text;
    const [, address] = /GraphQL\s+(http:\S+)/.exec(printed) ?? [];
    if (address) return address;
  }
  throw new Error(`The server ended instead of starting with Node ${version}.`);
}
