import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { TEST_LIMIT } from './test/support/limits.ts';

const common = {
  pool: 'forks' as const,
  setupFiles: ['./test/support/seed.ts'],
  testTimeout: TEST_LIMIT,
  hookTimeout: TEST_LIMIT,
};
const SOURCE = new URL('src/', import.meta.url).pathname;

/** The examples import the package by its name. */
const resolve = {
  alias: [
    { find: /^tapline$/, replacement: `${SOURCE}index.ts` },
    { find: /^tapline\/(bpf|capture|dissect|icmp|inspect|netlink)$/, replacement: `${SOURCE}$1/index.ts` },
  ],
};
/** Tests that depend on, or change, the state of their process: modules mocked, native code loaded, allocator settings. */
const ALONE = ['test/library.test.ts', 'test/pcap/file-sink.test.ts', 'test/sys/allocator.test.ts'];

/**
 * `unit` runs anywhere, in processes that serve many files, and `alone` with a process for each file. `lab` makes
 * namespaces (root or user namespaces) and sends real frames between them; it mostly waits, for more than one file at once.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/summary-reporter.ts'],
    projects: [
      {
        resolve,
        test: {
          ...common,
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/lab/**', ...ALONE],
          isolate: false,
          maxWorkers: availableParallelism(),
        },
      },
      {
        resolve,
        test: { ...common, name: 'alone', include: ALONE, maxWorkers: 1, sequence: { groupOrder: 1 } },
      },
      {
        resolve,
        test: {
          ...common,
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          maxWorkers: availableParallelism() + 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
