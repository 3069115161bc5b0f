/** What `--asn-file` and `--hide` say about a path's addresses. @module */
import { StackError } from '../../base/errors.ts';
import type { PathDisclosure } from '../../report/index.ts';
import { readOrigins } from '../file/read-origins.ts';
import { numberOption } from '../options.ts';

/**
 * Reads the options, and the table behind them.
 * @throws StackError `USAGE`, `FILE_FORMAT`
 */
export async function readDisclosure(words: {
  readonly hide: string | undefined;
  readonly 'asn-file': string | undefined;
  readonly pcap: string | undefined;
}): Promise<PathDisclosure> {
  const hiddenHops = numberOption('--hide', words.hide, { most: 255 }) ?? 0;
  if (hiddenHops > 0 && words.pcap !== undefined) {
    throw new StackError('USAGE', '--pcap records what --hide is to hide: give one of them');
  }
  const file = words['asn-file'];
  if (file === undefined) return { hiddenHops };
  const table = await readOrigins(file);
  return { hiddenHops, originOf: (address) => table.find(address) };
}
