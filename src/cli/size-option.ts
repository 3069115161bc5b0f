/** Amounts of bytes on the command line. @module */
import { StackError } from '../base/errors.ts';
import type { FreeSpaceFloor } from '../session/index.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1e6, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/**
 * Bytes behind an option, undefined when it was not given: millions of bytes as tcpdump's `-C`, or with `K`, `M`, `G`
 * or `T` behind the number KiB, MiB, GiB or TiB.
 * @throws StackError `USAGE`
 */
export function sizeOption(name: string, text: string | undefined, least = 1): number | undefined {
  if (text === undefined) return undefined;
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)$/i.exec(text) ?? [];
  const bytes = Math.floor(Number(digits) * (UNITS[unit.toUpperCase()] ?? 0));
  if (digits !== '' && bytes >= least && bytes <= Number.MAX_SAFE_INTEGER) return bytes;
  const kind = 'a number of millions of bytes, or one with K, M, G or T behind it';
  throw new StackError('USAGE', `${name} takes ${kind}, not ${JSON.stringify(text)}`);
}

/** An amount, or a part of the whole disk: `500M`, `5%`. @throws StackError `USAGE` */
export function floorOption(name: string, text: string | undefined): FreeSpaceFloor | undefined {
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text ?? '')?.[1];
  if (percent !== undefined && Number(percent) < 100) return { fraction: Number(percent) / 100 };
  const bytes = sizeOption(name, text, 0);
  return bytes === undefined ? undefined : { bytes };
}
