/** Headers of tar archives (POSIX.1-2017, pax, "ustar Interchange Format"). @module */

/** Archives consist of blocks; a file is padded with zeros to the next one, two blocks of zeros end the archive. */
export const TAR_BLOCK = 512;
/** Eleven octal digits. */
export const MAX_TAR_FILE = 8 ** 11 - 1;
const MAX_NAME = 100;

/** Offsets and lengths of `struct posix_header`; numbers are octal text. */
const CHECKSUM = 148;
const CHECKSUM_LENGTH = 8;

export interface TarFile {
  /** ASCII, at most 100 characters. */
  readonly name: string;
  readonly size: number;
  /** Seconds since 1970. */
  readonly modified: number;
}

/** Encodes the block before the contents of a regular file that only its owner may read. @throws RangeError */
export function encodeTarHeader({ name, size, modified }: TarFile): Uint8Array {
  if (name.length > MAX_NAME || !/^[ -~]+$/.test(name)) throw new RangeError(`tar name ${JSON.stringify(name)}`);
  if (size > MAX_TAR_FILE) throw new RangeError(`tar file of ${size} bytes`);
  const block = Buffer.alloc(TAR_BLOCK);
  block.write(name, 0, 'latin1');
  block.write('0000600\0', 100, 'latin1');
  block.write('0000000\0', 108, 'latin1');
  block.write('0000000\0', 116, 'latin1');
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write(`${Math.floor(modified).toString(8).padStart(11, '0')}\0`, 136, 'latin1');
  block.fill(' ', CHECKSUM, CHECKSUM + CHECKSUM_LENGTH, 'latin1'); // the checksum counts itself as spaces
  block.write('0', 156, 'latin1'); // a regular file
  block.write('ustar\u000000', 257, 'latin1');
  block.write('root', 265, 'latin1');
  block.write('root', 297, 'latin1');
  const sum = block.reduce((total, octet) => total + octet, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, CHECKSUM, 'latin1');
  return block;
}

/** Returns the number of zeros after a file. */
export function tarPadding(size: number): number {
  return (TAR_BLOCK - (size % TAR_BLOCK)) % TAR_BLOCK;
}
