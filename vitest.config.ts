import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { Tally } from './tools/tally.ts';

const processTests = ['packages/*/test/process/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'];

/** One at a time, when all the others are done: they judge by time, or need something that a machine has once. */
const alone = [
  'packages/holdfast/test/process/politeness.test.ts',
  'packages/holdfast/test/process/service-systemd.test.ts',
  'packages/resilience/test/process/awake-network.test.ts',
];

// Processes, browsers and a busy machine: in CI such a test is tried once more, and the run names it in its last lines.
const retry = process.env['CI'] === undefined ? 0 : 1;

// Tests run on the sources; only the process tests drive what was built.
const onSources = {
  resolve: {
    conditions: ['@holdfast/source'],
    alias: { 'fast-check': fileURLToPath(new URL('tools/seeded-fast-check.ts', import.meta.url)) },
  },
  ssr: { resolve: { conditions: ['@holdfast/source', 'node', 'module', 'default'] } },
};

export default defineConfig(({ mode }) => ({
  test: {
    env: mode === 'full' ? { HOLDFAST_TEST_FULL: '1' } : {},
    reporters: ['default', new Tally()],
    projects: [
      {
        ...onSources,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: processTests,
          testTimeout: 30_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...onSources,
        test: {
          name: 'process',
          include: processTests,
          exclude: alone,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          retry,
          // They mostly wait, for processes of their own.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...onSources,
        test: {
          name: 'alone',
          include: alone,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          retry,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
}));
