/** `npm start`: builds when needed, then runs tapline with the words behind `--`; without any, the demo. @module */
import { buildIfNeeded } from './build-if-needed.mjs';

buildIfNeeded();
if (process.argv.length === 2) process.argv.push('demo');
await import('../dist/cli/main.js');
