// The import order of DESIGN: a folder may import only those below it; through their index.ts, platform excepted.
const order = [
  'graphql',
  'rest',
  'monitoring',
  'explain',
  'pipelines',
  'inference',
  'deployments',
  'git',
  'catalog',
  'jobs',
  'artifacts',
  'onnx',
  'security',
  'platform',
];
const upward = order.slice(1).map((folder, index) => ({
  name: `no-upward-import-from-${folder}`,
  comment: `${folder} sits below ${order.slice(0, index + 1).join(', ')} and must not know them.`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: `^src/(${order.slice(0, index + 1).join('|')})/` },
}));
module.exports = {
  forbidden: [
    ...upward,
    {
      name: 'door-only',
      comment: 'A folder is entered by its index.ts.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/(?!platform/)[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'prisma-in-stores-only',
      comment: 'Only stores and the database itself speak Prisma.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/platform/database/', '-store\\.ts$'] },
      to: { path: ['@prisma/', '__generated__/prisma'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'transports-stay-thin',
      comment: 'Transports reach neither the database nor the runtime.',
      severity: 'error',
      from: { path: '^src/(graphql|rest)/' },
      to: { path: '^src/(platform/database|onnx)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'inference-knows-no-monitoring',
      severity: 'error',
      from: { path: '^src/inference/' },
      to: { path: '^src/monitoring/' },
    },
    {
      name: 'workers-import-onnx-only',
      severity: 'error',
      from: { path: '^src/onnx/[^/]*(worker|child)[^/]*\\.ts$' },
      to: { path: '^src/', pathNot: '^src/onnx/' },
    },
    {
      name: 'cli-talks-to-the-api-only',
      comment: 'The command line reaches the server as everybody else does: over the public API.',
      severity: 'error',
      from: { path: '^cli/' },
      to: { path: '^(src|examples|bench|web|test)/' },
    },
    {
      name: 'nobody-imports-the-cli',
      severity: 'error',
      from: { path: '^(src|examples|bench|web)/' },
      to: { path: '^cli/' },
    },
    { name: 'no-circular', severity: 'error', from: { pathNot: '__generated__' }, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', '^(src|cli)/main\\.ts$', '(worker|child)\\.ts$'] },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '__generated__/(resolvers|operations)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js'] },
  },
};
