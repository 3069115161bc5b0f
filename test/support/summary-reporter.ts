/** Prints a last line, `tests: N passed, N failed, N skipped`, that agrees with the exit status. @module */
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node';

export class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    let broken = errors.length; // errors outside of tests: in a file, in a suite's hook, in the run itself
    for (const module of modules) {
      broken += module.errors().length;
      for (const suite of module.children.allSuites()) broken += suite.errors().length;
      for (const test of module.children.allTests()) count[test.result().state] += 1;
    }
    // Vitest leaves a test pending when a suite around it is skipped, and when the run ends before the test does.
    const cut = reason === 'interrupted' ? count.pending : 0;
    const found = count.failed + broken + cut;
    const failed = reason === 'passed' ? found : Math.max(1, found);
    const skipped = count.skipped + count.pending - cut;
    process.stdout.write(`\ntests: ${count.passed} passed, ${failed} failed, ${skipped} skipped\n`);
    if (failed > 0) process.exitCode = 1;
  }
}

export default SummaryReporter;
