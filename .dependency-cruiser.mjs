/** The layers of ARCHITECTURE.md: app → adapter → aws → pure, one way. `npm run boundaries` holds them. */
const adapters = 'invocation|queue|ledger|storage|service|events'

export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Of types neither: who reads one file of a circle has to read them all.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-circular-folders',
      comment:
        'Folders of a package have an order, too: what is below does not know what is above.',
      severity: 'error',
      scope: 'folder',
      from: { path: '^(apps|libs|tools)/[^/]+/src/' },
      to: { circular: true },
    },
    {
      name: 'not-resolvable',
      comment: 'An import that resolves to nothing would make every other rule blind.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'pure-libs-do-no-io',
      comment: 'csv, job, predictions, report, console, page and cost know no AWS and do no I/O.',
      severity: 'error',
      from: {
        path: '^libs/(csv|job|predictions|report|console|page|cost)/',
        pathNot: '\\.(test|bench|fuzz|fixture)\\.ts$',
      },
      to: {
        path: `^libs/(${adapters}|aws)/|^apps/|^tools/|^infra/|@aws-sdk|@smithy|^(node:)?(fs|fs/promises|net|http|https|child_process|worker_threads|timers|timers/promises)$`,
      },
    },
    {
      name: 'adapters-do-not-import-each-other',
      severity: 'error',
      from: { path: `^libs/(${adapters})/`, pathNot: '\\.(test|bench)\\.ts$' },
      to: { path: `^libs/(${adapters})/`, pathNot: '^libs/$1/' },
    },
    {
      name: 'aws-does-not-know-its-adapters',
      comment:
        'What the adapters have in common on the way to AWS lies below them, and knows no service.',
      severity: 'error',
      from: { path: '^libs/aws/', pathNot: '\\.(test|bench)\\.ts$' },
      to: { path: `^libs/(?!aws/)|@aws-sdk/client-` },
    },
    {
      name: 'libs-do-not-import-apps',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|infra|e2e)/' },
    },
    {
      name: 'libs-import-tools-in-tests-only',
      severity: 'error',
      from: { path: '^libs/', pathNot: '\\.(test|bench|fixture)\\.ts$|^libs/testing/' },
      to: { path: '^tools/' },
    },
    {
      name: 'fixtures-are-for-tests',
      severity: 'error',
      from: { pathNot: '\\.(test|bench|fuzz|fixture)\\.ts$' },
      to: { path: '\\.fixture\\.ts$' },
    },
    {
      name: 'apps-do-not-import-apps',
      comment: 'The cli starts the others as processes; it does not import them.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/([^/]+)/', pathNot: '^apps/$1/' },
    },
    {
      name: 'only-the-cli-uses-local-tools',
      severity: 'error',
      from: { path: '^apps/(producer|consumer|aggregator)/', pathNot: '\\.(test|bench)\\.ts$' },
      to: { path: '^tools/' },
    },
    {
      name: 'infra-imports-job-and-cost-only',
      severity: 'error',
      from: { path: '^infra/' },
      to: { path: '^(apps|tools|libs/(?!(job|cost)/))' },
    },
    {
      name: 'testing-is-for-tests',
      severity: 'error',
      from: { pathNot: '\\.(test|bench)\\.ts$|^libs/testing/|^e2e/' },
      to: { path: '^libs/testing/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs'],
    },
  },
}
