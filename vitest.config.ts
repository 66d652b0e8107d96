import { defineConfig } from 'vitest/config';
import { Tally } from './tools/tally.ts';

const processTests = ['packages/*/test/process/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'];

// Tests run on the sources; only the process tests drive what was built.
const onSources = {
  resolve: { conditions: ['@holdfast/source'] },
  ssr: { resolve: { conditions: ['@holdfast/source', 'node', 'import', 'module', 'default'] } },
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
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // One at a time: they start processes, take locks and kill what they started.
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
}));
