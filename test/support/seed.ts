/**
 * Property tests draw the same cases in every run, so that a failure comes from the change at hand and not from luck.
 * `TAPLINE_SEED=random npm test` draws others, `TAPLINE_SEED=NUMBER` repeats them; `npm run fuzz` goes on drawing. @module
 */
import fc from 'fast-check';

const FIXED_SEED = 20_261_124;
const given = process.env['TAPLINE_SEED'];

if (given !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(given ?? FIXED_SEED) });
