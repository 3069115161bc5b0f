/** Amounts of bytes on the command line. @module */
import { StackError } from '../base/errors.ts';
import type { FreeSpaceFloor } from '../session/index.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1e6, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
const SIZE = 'a size (millions of bytes, or a number with K, M, G or T)';

/**
 * Reads the bytes of an option: millions of bytes as tcpdump's `-C`, or KiB, MiB, GiB, TiB with `K`, `M`, `G`, `T` after
 * the number. Undefined when the option was not given.
 * @throws StackError `USAGE`
 */
export function sizeOption(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = readSize(text);
  if (bytes !== undefined && bytes >= 1) return bytes;
  throw new StackError('USAGE', `${name} takes ${SIZE}, not ${JSON.stringify(text)}`);
}

/** Reads a size, or a percentage of the disk: `500M`, `5%`. @throws StackError `USAGE` */
export function floorOption(name: string, text: string | undefined): FreeSpaceFloor | undefined {
  if (text === undefined) return undefined;
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1] ?? Number.NaN);
  if (percent <= 100) return { fraction: percent / 100 };
  const bytes = readSize(text);
  if (bytes !== undefined) return { bytes };
  throw new StackError('USAGE', `${name} takes ${SIZE} or a percentage from 0 to 100 %, not ${JSON.stringify(text)}`);
}

function readSize(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(digits) * (UNITS[unit.toUpperCase()] ?? 0));
  return digits !== '' && bytes <= Number.MAX_SAFE_INTEGER ? bytes : undefined;
}
