/**
 * Time limits of all tests, in milliseconds. They are large enough for a busy machine with one processor that is ten
 * times slower, so only a defect reaches them. No test sets its own limit. @module
 */

/** Limit for one event: a printed line, a growing file, an interface that loses its carrier. */
export const EVENT_LIMIT = 60_000;
/** Limit for a program that works until its end: thousands of files of one frame, each compressed. */
export const PROGRAM_LIMIT = 300_000;
/** Limit for one test or hook. */
export const TEST_LIMIT = 600_000;
