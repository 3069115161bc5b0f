/** Small pieces of text that several printers need. @module */

/** `0x` and at least `width` digits. */
export function hex(value: number, width = 1): string {
  return `0x${value.toString(16).padStart(width, '0')}`;
}

/** The name of a number, or `otherwise`. */
export function nameOf(names: Readonly<Record<number, string>>, value: number, otherwise: string): string {
  return names[value] ?? otherwise;
}

/** Bits with their names, in the order in which they are printed. */
export type FlagNames = readonly (readonly [flag: number, name: string])[];

/** The names of the bits that are set, `none` without any. */
export function flagsText(names: FlagNames, flags: number, separator = ', '): string {
  let text = '';
  for (const [flag, name] of names) {
    if ((flags & flag) !== 0) text += text === '' ? name : `${separator}${name}`;
  }
  return text === '' ? 'none' : text;
}

/** Compares Internet checksums: in one's complement, 0 and 0xffff are the same number. */
export function isSameSum(checksum: number, expected: number): boolean {
  return checksum % 0xffff === expected % 0xffff;
}
