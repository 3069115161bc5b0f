/**
 * Time limits of the whole suite, in milliseconds. Only a defect reaches them: they leave room for a machine that is ten
 * times slower, with one processor and other work to do. No test sets a limit of its own. @module
 */

/** For one event: a line that a program prints, a file that grows, an interface that loses its carrier. */
export const EVENT_LIMIT = 60_000;
/** For one test or hook. */
export const TEST_LIMIT = 600_000;
