/** Reads the table behind `--asn-file`. @module */
import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, StackError } from '../../base/errors.ts';
import { OriginTable } from '../../probe/index.ts';

/** A file without line ends is no table, and is not read into memory to find that out. */
const LONGEST_LINE = 1 << 16;

/**
 * @param path a text file of the kinds that `OriginTable` takes; gzip where the name ends in `.gz`
 * @throws StackError `FILE_FORMAT` that says which file and line; `USAGE` for a file that cannot be read
 */
export async function readOrigins(path: string): Promise<OriginTable> {
  const table = new OriginTable();
  const file = createReadStream(path);
  // Whoever reads the last stream of a pipeline gets the errors of all.
  const bytes = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
  try {
    await addLines(table, bytes.setEncoding('utf8'));
    if (table.size === 0) throw new StackError('FILE_FORMAT', 'it names no network');
  } catch (error) {
    const code = error instanceof StackError ? error.code : 'USAGE';
    throw new StackError(code, `cannot use --asn-file ${path}: ${messageOf(error)}`, { cause: error });
  }
  table.seal();
  return table;
}

async function addLines(table: OriginTable, chunks: Readable): Promise<void> {
  let rest = '';
  for await (const chunk of chunks as AsyncIterable<string>) {
    const lines = `${rest}${chunk}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) table.addLine(line);
    if (rest.length > LONGEST_LINE) throw new StackError('FILE_FORMAT', 'a line is too long for a table of networks');
  }
  table.addLine(rest);
}
