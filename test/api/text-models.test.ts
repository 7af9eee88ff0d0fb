import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';

// Where the C library looks for locales, in place of where the system keeps them; children are started with it.
const before = process.env.LOCPATH;
const folder = await mkdtemp(join(tmpdir(), 'retort-locales-'));
const without = join(folder, 'without');
const has = join(folder, 'has');
await mkdir(without);
await mkdir(has);
/** Needs the package `locales`. */
const compiled = await promisify(execFile)('localedef', [
  '--no-archive',
  ...['-i', 'en_US', '-f', 'UTF-8', join(has, 'en_US.UTF-8')],
]).then(
  () => true,
  () => false,
);

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp({ kind: 'embedded' });
  await server.graphql(
    `mutation { registerModel(input: {name: "upper", domain: GENERAL}) { userErrors { code } } }`,
  );
});
afterAll(async () => {
  if (before === undefined) delete process.env.LOCPATH;
  else process.env.LOCPATH = before;
  await server.close();
  await rm(folder, { recursive: true });
});

const graph = await readFile(new URL('../fixtures/graphs/string-normalizer-upper.onnx', import.meta.url));
const publish = () =>
  server.graphql(
    `mutation ($base64: String!) { publishVersion(input: {model: "upper", artifact: {base64: $base64}}) {
       version { ref } userErrors { code message } } }`,
    { base64: graph.toString('base64') },
  );

const lack =
  "The server lacks the locale en_US.UTF-8, which the model's text operators (StringNormalizer) need; the model is sound. Its operator must install it (Debian, Ubuntu: apt-get install locales, then localedef -i en_US -f UTF-8 en_US.UTF-8) and restart the server";

describe('A text model, which needs a locale,', () => {
  it("is the server's lack where the locale is missing, and not the model's fault", async () => {
    process.env.LOCPATH = without;
    const { errors } = await publish();
    expect(errors).toMatchObject([{ message: lack, extensions: { code: 'LOCALE_MISSING' } }]);
  });

  (compiled ? it : it.skip)('is served where it is there, and says so when it is gone', async () => {
    // The process that reads models is started anew, since its C library remembers what it did not find.
    await server.stop();
    process.env.LOCPATH = has;
    server = await startTestApp({ kind: 'embedded', reuse: server });
    expect((await publish()).data).toMatchObject({ publishVersion: { version: { ref: 'upper@1' } } });
    const deploy = () =>
      server.graphql(
        `mutation { deployVersion(input: {name: "upper", version: "upper@1", runtime: {isolation: PROCESS}}) {
           deployment { state stateReason } userErrors { message } } }`,
      );
    expect((await deploy()).data).toMatchObject({ deployVersion: { deployment: { state: 'READY' } } });
    const answer = await server.graphql(
      `mutation { infer(input: {deployment: "upper", inputs: [{name: "x", datatype: BYTES, shape: [2], data: ["dry", "größe"]}]}) {
         outputs { data } userErrors { message } } }`,
    );
    expect(answer.data).toMatchObject({
      infer: { outputs: [{ data: ['DRY', 'GRÖßE'] }] },
    });
    await server.graphql(`mutation { undeploy(input: {name: "upper"}) { userErrors { code } } }`);
    process.env.LOCPATH = without;
    expect((await deploy()).data).toMatchObject({
      deployVersion: { deployment: { state: 'FAILED', stateReason: lack } },
    });
  });
});
