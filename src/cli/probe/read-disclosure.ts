/** Evaluates `--asn-file` and `--hide`. @module */
import type { PathDisclosure } from '../../report/index.ts';
import { readOrigins } from '../file/read-origins.ts';
import type { PathCommand } from './path-options.ts';

/** @throws StackError `USAGE`, `FILE_FORMAT` for a file that is not a table of AS numbers */
export async function readDisclosure({ originFile, hiddenHops }: PathCommand): Promise<PathDisclosure> {
  if (originFile === undefined) return { hiddenHops };
  const table = await readOrigins(originFile);
  return { hiddenHops, originOf: (address) => table.find(address) };
}
