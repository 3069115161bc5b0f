import { defineConfig } from 'vitest/config';

/** The examples import the package by its name. */
const resolve = { alias: { tapline: new URL('src/index.ts', import.meta.url).pathname } };

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
          testTimeout: 60_000,
        },
      },
      {
        resolve,
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          pool: 'forks',
          setupFiles: ['./test/support/seed.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
