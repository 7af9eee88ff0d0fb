import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ExampleRecord, VersionRecord } from '../../src/catalog/index.js';
import { annotatedTag } from '../../src/git/annotated-tag.js';
import { commitMessage } from '../../src/git/commit-message.js';
import { BEGIN, commitCommand, DONE, parseMarks, tagCommand } from '../../src/git/fast-import.js';
import { GitCommand } from '../../src/platform/children/git-command.js';
import { readableJson } from '../../src/git/readable-json.js';
import { isReferenceName, versionsBranch } from '../../src/git/reference-names.js';
import { signatureLine } from '../../src/git/signature-line.js';
import { versionFiles, type PublishedVersion } from '../../src/git/version-files.js';
import { gitIsInstalled } from '../support/git-client.js';

function published(number: number, more: Partial<VersionRecord> = {}): PublishedVersion {
  const version: VersionRecord = {
    id: `00000000-0000-7000-8000-00000000000${number}`,
    modelId: '00000000-0000-7000-8000-000000000009',
    modelName: 'esol',
    number,
    ref: `esol@${number}`,
    artifactDigest: `sha256:${'ab'.repeat(32)}`,
    signature: {
      inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
      outputs: [{ name: 'y', datatype: 'FP32', shape: [-1] }],
    },
    rewrites: [],
    pipeline: { format: 1, steps: [{ step: 'scale', by: 1e-7 }], note: null } as never,
    metrics: [{ name: 'rmse', value: 0.1 + 0.2, unit: null, dataset: 'Größe', higherIsBetter: false }],
    notes: `Version ${number}\r\n\r\nWith “quotes”.`,
    source: { repository: null, commit: 'c0ffee', path: null, dirty: false, url: null },
    trainingData: [{ name: 'data', url: null, digest: 'sha256:cd', split: null }],
    environment: {
      runtime: 'Python',
      platform: null,
      image: null,
      packages: [{ name: 'torch', version: '2' }],
    },
    conversion: null,
    optimization: null,
    declaresRowsIndependent: false,
    disclosesTraining: false,
    attachments: [],
    createdAt: new Date('2026-01-02T03:04:05.678Z'),
    createdBy: 'ada',
    ...more,
  };
  return {
    version,
    description: { title: 'Solubility', summary: '', domain: 'CHEMISTRY', labels: ['a'], card: '# Card' },
    size: 1234n,
    format: 'ONNX',
    derivedFrom: [{ ref: 'base@1', relation: 'FINE_TUNED' }],
    examples: [],
  };
}

const EXAMPLES: readonly ExampleRecord[] = [
  {
    versionId: '',
    position: 0,
    name: 'ethanol',
    description: null,
    content: { kind: 'INSTANCE', instance: { smiles: 'CCO', charge: null }, expected: -0.77 },
  },
  {
    versionId: '',
    position: 1,
    name: null,
    description: 'A row of it all',
    content: {
      kind: 'TENSORS',
      inputs: [
        { name: 'x', datatype: 'FP32', shape: [1, 4], data: new Float32Array([0.1, -0, NaN, -Infinity]) },
        { name: 'id', datatype: 'INT64', shape: [2], data: new BigInt64Array([7n, 2n ** 60n + 1n]) },
        { name: 'word', datatype: 'BYTES', shape: [1], data: ['Größe\n'] },
      ],
      expected: [{ name: 'y', datatype: 'FP16', shape: [1], data: new Uint16Array([0x3c00]) }],
    },
  },
];

describe('what a commit is made of', () => {
  // Clones hold these ids. When this fails, it is the change that is wrong, not the expectation.
  (gitIsInstalled ? it : it.skip)('has the same ids for ever', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'retort-ids-'));
    try {
      const git = new GitCommand(directory);
      const env = { GIT_DIR: directory };
      await git.run(['init', '-q', '--bare', '--template=', directory]);
      const tag = {
        modelId: '',
        versionId: '',
        name: 'v1.0.0',
        number: 1,
        createdBy: 'eve',
        createdAt: new Date(0),
      };
      const marks = join(directory, 'marks');
      const commits = [
        commitCommand(published(1), undefined),
        commitCommand(published(2), ':1'),
        commitCommand({ ...published(3), examples: EXAMPLES }, ':2'),
      ];
      await git.run(['fast-import', '--quiet', '--date-format=raw', `--export-marks=${marks}`], {
        env,
        input: (async function* () {
          yield* [BEGIN, ...commits, DONE];
        })(),
      });
      const ids = parseMarks(await readFile(marks, 'utf8'));
      const named = annotatedTag('esol', tag, ids.get(1) ?? '');
      await git.run(['fast-import', '--quiet', '--date-format=raw'], {
        env,
        input: (async function* () {
          yield* [BEGIN, tagCommand(named), DONE];
        })(),
      });
      expect([...ids.values(), named.id]).toEqual([
        'ba4f0690994261f6404203368e6c5cd7d7bf38e8',
        'db195141594c8d21a6fccab5edaa8a7eb1fd9e78',
        '80e83c3d3963dd2b9781bb1daec7bb108d58d6b9',
        'edfd12388055b3779d669bd221fba59cdb333020',
      ]);
      expect((await git.run(['rev-parse', 'v1.0.0'], { env })).trim()).toBe(named.id);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('does not hang on the order of keys, nor on what a record could say one day', () => {
    const { source, metrics, ...version } = published(1).version;
    const reordered = {
      ...published(1),
      version: {
        source: { later: null, ...source },
        ...version,
        metrics: metrics.map((metric) => Object.fromEntries(Object.entries(metric).reverse())),
        pipeline: { steps: [{ by: 1e-7, step: 'scale' }], note: null, format: 1 },
      },
    } as unknown as PublishedVersion;
    expect(versionFiles(reordered)).toEqual(versionFiles(published(1)));
  });

  it('shows examples as they were published, nulls of an instance included', () => {
    const files = versionFiles({ ...published(1), examples: EXAMPLES });
    expect(files.find(({ path }) => path === 'examples.json')?.content).toBe(`[
  {
    "name": "ethanol",
    "expected": -0.77,
    "instance": {
      "charge": null,
      "smiles": "CCO"
    }
  },
  {
    "description": "A row of it all",
    "expectedOutputs": [
      {
        "name": "y",
        "data": [1],
        "datatype": "FP16",
        "shape": [1]
      }
    ],
    "inputs": [
      {
        "name": "x",
        "data": [0.10000000149011612, 0, "NaN", "-Infinity"],
        "datatype": "FP32",
        "shape": [1, 4]
      },
      {
        "name": "id",
        "data": [7, "1152921504606846977"],
        "datatype": "INT64",
        "shape": [2]
      },
      {
        "name": "word",
        "data": ["Größe\\n"],
        "datatype": "BYTES",
        "shape": [1]
      }
    ]
  }
]
`);
  });

  it('leaves out what was not said, and has a README in any case', () => {
    const { description, ...rest } = published(1, {
      pipeline: null,
      source: null,
      trainingData: [],
      environment: null,
    });
    const files = versionFiles({
      ...rest,
      derivedFrom: [],
      description: { ...description, card: ' ', summary: 'In water.' },
    });
    expect(files.map(({ path }) => path)).toEqual([
      '.gitattributes',
      'README.md',
      'model.json',
      'signature.json',
      'metrics.json',
      'model.onnx',
    ]);
    expect(files[1]?.content).toBe('# Solubility\n\nIn water.\n');
  });

  it('say that rows are declared independent, and nothing where they are not', () => {
    const said = (declaresRowsIndependent: boolean) =>
      versionFiles(published(1, { declaresRowsIndependent })).find(({ path }) => path === 'model.json')
        ?.content;
    expect(said(true)).toContain('"declaresRowsIndependent": true');
    expect(said(false)).not.toContain('declares');
  });
});

describe('JSON for people', () => {
  it('keeps short lists on one line, and names first', () => {
    expect(readableJson({ b: [-1, 4], name: 'x', a: { c: [], d: {} }, e: [[1], [2]], gone: undefined })).toBe(
      '{\n  "name": "x",\n  "a": {\n    "c": [],\n    "d": {}\n  },\n  "b": [-1, 4],\n  "e": [\n    [1],\n    [2]\n  ]\n}\n',
    );
    const long = Array.from({ length: 40 }, (_, index) => index);
    expect(readableJson(long).split('\n')).toHaveLength(43);
    expect(JSON.parse(readableJson(long))).toEqual(long);
  });
});

describe('messages', () => {
  it('keep trailers apart from what notes say', () => {
    const message = commitMessage(
      published(1, {
        notes: `${'long '.repeat(60)}\nArtifact: forged`,
        source: { repository: 'a\nArtifact: forged', commit: null, path: null, dirty: null, url: null },
      }),
    );
    const [subject = '', , body] = message.split('\n');
    expect(subject.length).toBeLessThanOrEqual(121);
    expect(subject).toMatch(/^esol@1: long .* long…$/);
    expect(body).toBe('long '.repeat(60));
    const last = message.trim().split('\n\n').at(-1);
    expect(last).toBe(
      `Version: esol@1\nArtifact: sha256:${'ab'.repeat(32)} (1234 bytes)\nDerived-From: base@1 (FINE_TUNED)\nSource-Repository: a Artifact: forged`,
    );
    expect(commitMessage(published(1, { notes: '' })).split('\n')[0]).toBe('esol@1');
  });

  it.each([
    ['ada', 'ada <ada@retort.invalid> 0 +0000'],
    ['ada@example.org', 'ada@example.org <ada@example.org> 0 +0000'],
    ['Ada <x>\nLovelace', 'Ada  x Lovelace <ada-x-lovelace@retort.invalid> 0 +0000'],
    ['<>', 'unknown <unknown@retort.invalid> 0 +0000'],
    ['Größe', 'Größe <gr-e@retort.invalid> 0 +0000'],
  ])('name %j so that Git can read it', (actor, line) => {
    expect(signatureLine(actor, new Date(999))).toBe(line);
  });
});

describe('references', () => {
  it.each(['v1.0.0', 'a', 'HEAD', 'a-b_c.d'])('can be %j', (name) =>
    expect(isReferenceName(name)).toBe(true),
  );
  it.each(['.a', '-a', 'a..b', 'a.', 'a.lock'])('cannot be %j', (name) =>
    expect(isReferenceName(name)).toBe(false),
  );

  it('never share a name', () => {
    const named = (...names: string[]) => versionsBranch(names.map((name) => ({ name })));
    expect(named('production')).toBe('main');
    expect(named('main')).toBe('versions');
    expect(named('main', 'versions', 'versions-3')).toBe('versions-4');
  });
});
