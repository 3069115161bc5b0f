/**
 * Seeds the property tests: by default every run draws the same cases. `TAPLINE_SEED=random npm test` draws other cases,
 * `TAPLINE_SEED=NUMBER` repeats them. @module
 */
import fc from 'fast-check';

const FIXED_SEED = 20_261_124;
const given = process.env['TAPLINE_SEED'];

if (given !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(given ?? FIXED_SEED) });
