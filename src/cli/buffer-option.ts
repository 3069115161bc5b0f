/** `-B`: the kernel's ring. @module */
import { numberOption } from './options.ts';

export const MEBIBYTE = 1 << 20;
export const MAX_BUFFER_MEBIBYTES = 2048;
const DEFAULT_BUFFER_MEBIBYTES = 32;

/** In MiB. @throws StackError `USAGE` */
export function bufferOption(text: string | undefined): number {
  return numberOption('-B', text, { least: 1, most: MAX_BUFFER_MEBIBYTES }) ?? DEFAULT_BUFFER_MEBIBYTES;
}
