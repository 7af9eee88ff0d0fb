import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { snippets, type Language } from '../../../web/dashboard/playground/snippets/snippets.js';
import { childEnvironment } from '../../support/child-environment.js';

const QUERY =
  'mutation ($input: PredictInput!) {\n  predict(input: $input) { version { ref } } # `${"""\\ \'\n}';
const AWKWARD = [
  'CCO',
  `it's "quoted" \\ \`x\` \${y} $HOME $(id)`,
  'π\u2028\u0000 </script>',
  1.5e300,
  null,
  true,
];

/** The programs are run as they stand, and what arrives is what the page sent. */
describe('the programs to copy', () => {
  let server: Server;
  let arrived: { authorization: string | undefined; body: unknown }[] = [];
  let url = '';
  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as unknown;
        arrived.push({ authorization: request.headers.authorization, body });
        response.setHeader('content-type', 'application/json');
        response.end('{"data":{"predict":{"version":{"ref":"esol@2"}}}}');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/it's?a=1&b=$HOME`;
  });
  beforeEach(() => {
    arrived = [];
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const variables = { input: { version: 'esol@2', instances: AWKWARD } };
  const codeOf = (language: Language) =>
    snippets({ url, query: QUERY, variables, field: 'predict' }).find((one) => one.language === language)
      ?.code ?? '';
  const run = (command: string, parameters: readonly string[]) =>
    new Promise<string>((resolve, reject) => {
      const env = { ...childEnvironment(), RETORT_API_KEY: 'key' };
      execFile(command, parameters, { env }, (error, stdout) =>
        error instanceof Error ? reject(error) : resolve(stdout),
      );
    });

  it.each([
    { language: 'curl', run: () => run('sh', ['-c', codeOf('curl')]) },
    {
      language: 'TypeScript',
      run: () => run(process.execPath, ['--input-type=module', '-e', codeOf('TypeScript')]),
    },
    { language: 'Python', run: () => run('python3', ['-c', codeOf('Python')]) },
  ])('$language sends exactly the request', async ({ run: program }) => {
    expect(await program()).toContain('esol@2');
    expect(arrived).toEqual([{ authorization: 'Bearer key', body: { query: QUERY.trim(), variables } }]);
  });

  it('curl has the document on one line where nothing is lost by that', () => {
    const query = 'mutation ($a: Int) {\n  predict(a: $a) {\n    x\n  }\n}\n';
    const [, curl] = snippets({ url, query, variables: {}, field: 'predict' });
    expect(curl?.code).toContain('"query":"mutation ($a: Int) { predict(a: $a) { x } }"');
  });

  it('GraphQL is a document with its variables beside it', () => {
    expect(codeOf('GraphQL')).toContain(QUERY);
    expect(codeOf('GraphQL')).toMatch(/^# {5}"version": "esol@2",$/m);
  });
});
