/** `-B`: the size of the kernel buffer. @module */
import { numberOption } from './options.ts';

export const MEBIBYTE = 1 << 20;
export const MAX_BUFFER_MEBIBYTES = 2048;
export const DEFAULT_BUFFER_MEBIBYTES = 32;

/** Returns MiB. @throws StackError `USAGE` */
export function bufferOption(text: string | undefined): number {
  return numberOption('-B', text, { least: 1, most: MAX_BUFFER_MEBIBYTES }) ?? DEFAULT_BUFFER_MEBIBYTES;
}
