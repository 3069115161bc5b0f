import { defineConfig } from 'vitest/config';
import { TEST_LIMIT } from './test/support/limits.ts';

/** The examples import the package by its name. */
const resolve = { alias: { tapline: new URL('src/index.ts', import.meta.url).pathname } };

const limits = { testTimeout: TEST_LIMIT, hookTimeout: TEST_LIMIT };

/** `unit` runs anywhere; `lab` makes namespaces (root or user namespaces) and sends real frames between them. */
export default defineConfig({
  test: {
    pool: 'forks',
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      {
        resolve,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**'],
          pool: 'forks',
          setupFiles: ['./test/support/seed.ts'],
          ...limits,
        },
      },
      {
        resolve,
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          pool: 'forks',
          setupFiles: ['./test/support/seed.ts'],
          ...limits,
        },
      },
    ],
  },
});
