import { defineConfig } from 'oxlint';

/** Helpers that only tests import; `packages/resilience/src/testing` is an entry point that is shipped. */
const helpers = ['packages/*/src/*/**/testing/**', 'examples/**/testing/**'];
const tests = ['**/*.test.ts', '**/conformance.ts', ...helpers, 'packages/*/test/**', 'test/**'];
const rootsOfComposition = [
  'packages/resilience/src/clock/**',
  'packages/holdfast/src/engine/main.ts',
  'packages/holdfast/src/cli/**',
  'packages/holdfast/src/daemon/**',
];
const mayPrint = [
  'packages/holdfast/src/cli/**',
  'packages/holdfast/src/daemon/**',
  'packages/holdfast/src/engine/main.ts',
  'packages/upstream/src/main.ts',
  'packages/upstream/src/cli.ts',
  'packages/holdfast/test/*/main.ts',
  'packages/*/bin/**',
  'tools/**',
  'bench/**',
  'drill/**',
  'examples/**',
];

export default defineConfig({
  plugins: ['eslint', 'typescript', 'import', 'unicorn', 'oxc', 'promise'],
  jsPlugins: ['./tools/lint/plugin.ts'],
  categories: { correctness: 'error' },
  options: { typeAware: true, denyWarnings: true, reportUnusedDisableDirectives: 'error' },
  env: { builtin: true, node: true },
  ignorePatterns: ['**/dist/**', '**/node_modules/**', 'coverage/**'],
  rules: {
    // Promises and switches: what is forgotten here loses records.
    'typescript/no-floating-promises': 'error',
    'typescript/no-misused-promises': 'error',
    'typescript/await-thenable': 'error',
    'typescript/only-throw-error': 'error',
    'typescript/prefer-promise-reject-errors': 'error',
    'typescript/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    'no-empty': 'error',
    'no-fallthrough': 'error',
    eqeqeq: 'error',
    // Types say what is true.
    'typescript/no-explicit-any': 'error',
    'typescript/no-non-null-assertion': 'error',
    'typescript/ban-ts-comment': 'error',
    'typescript/no-unnecessary-type-assertion': 'error',
    'typescript/prefer-readonly': 'error',
    'typescript/consistent-type-imports': ['error', { fixStyle: 'separate-type-imports' }],
    // Modules.
    'import/no-cycle': ['error', { ignoreTypes: false }],
    'import/no-default-export': 'error',
    'unicorn/prefer-node-protocol': 'error',
    'unicorn/filename-case': ['error', { case: 'kebabCase' }],
    'holdfast/boundaries': 'error',
    // Size.
    'max-lines': ['error', { max: 400 }],
    'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
    'max-depth': ['error', 4],
    'max-params': ['error', { max: 6 }],
    complexity: ['error', { max: 20, variant: 'modified' }],
    // Plain habits.
    'no-console': 'error',
    'no-var': 'error',
    'prefer-const': 'error',
    'no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'all' }],
    // A control character is what these patterns look for.
    'no-control-regex': 'off',
  },
  overrides: [
    {
      files: ['packages/*/src/**'],
      excludeFiles: [...tests, '**/index.ts'],
      rules: { 'holdfast/docstrings': 'error' },
    },
    {
      files: ['packages/resilience/src/**', 'packages/holdfast/src/**'],
      excludeFiles: [...tests, ...rootsOfComposition],
      rules: { 'holdfast/real-world': 'error' },
    },
    {
      files: ['packages/holdfast/src/transport/**', 'packages/resilience/src/adapters/http/default-fetch.ts'],
      excludeFiles: tests,
      rules: { 'holdfast/real-world': ['error', { allow: ['fetch'] }] },
    },
    {
      // Read by any old Node, which it then tells what it needs.
      files: ['packages/holdfast/bin/**', 'tools/prepare.cjs'],
      rules: {
        'no-var': 'off',
        'unicorn/prefer-node-protocol': 'off',
        'typescript/no-floating-promises': 'off',
        'holdfast/boundaries': 'off',
      },
    },
    { files: mayPrint, rules: { 'no-console': 'off' } },
    {
      files: tests,
      plugins: ['eslint', 'typescript', 'import', 'unicorn', 'oxc', 'promise', 'vitest'],
      rules: {
        'max-lines-per-function': 'off',
        complexity: 'off',
        'typescript/no-non-null-assertion': 'off',
        'vitest/no-focused-tests': 'error',
        'vitest/no-identical-title': 'error',
        'vitest/valid-expect': ['error', { maxArgs: 2 }],
        'no-restricted-properties': [
          'error',
          {
            object: 'Date',
            property: 'now',
            message: 'A test asserts no elapsed wall time: use the simulated clock.',
          },
          {
            object: 'performance',
            property: 'now',
            message: 'A test asserts no elapsed wall time: use the simulated clock.',
          },
          {
            object: 'Math',
            property: 'random',
            message: 'A test is replayed from its seed: use fast-check or the seeded random source.',
          },
        ],
      },
    },
    {
      files: ['*.config.ts', 'tools/lint/plugin.ts', 'tools/tally.ts'],
      rules: { 'import/no-default-export': 'off' },
    },
  ],
});
