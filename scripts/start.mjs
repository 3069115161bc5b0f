/** `npm start [-- ARGUMENTS]`: builds when needed, then runs tapline; without arguments, the demo. @module */
import { buildIfNeeded } from './build-if-needed.mjs';

buildIfNeeded();
if (process.argv.length === 2) process.argv.push('demo');
await import('../dist/cli/main.js');
