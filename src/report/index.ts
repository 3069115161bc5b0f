/** Plain data in, text out: what tapline prints. No I/O. @module */
export { formatInterfaces } from './interfaces.ts';
