/** Reads the table behind `--asn-file`. @module */
import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, StackError } from '../../base/errors.ts';
import { OriginTable } from '../../probe/index.ts';

/** Maximum length of a line, so that a file without line ends is not read into memory. */
const MAX_LINE_LENGTH = 1 << 16;

/**
 * @param path a text file in a format of `OriginTable`; compressed with gzip if the name ends in `.gz`
 * @throws StackError `FILE_FORMAT` with file and line; `USAGE` for a file that cannot be read
 */
export async function readOrigins(path: string): Promise<OriginTable> {
  const table = new OriginTable();
  const file = createReadStream(path);
  // The last stream of a pipeline reports the errors of all.
  const bytes = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
  try {
    await addLines(table, bytes.setEncoding('utf8'));
    if (table.size === 0) throw new StackError('FILE_FORMAT', 'it contains no network');
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
    if (rest.length > MAX_LINE_LENGTH) throw new StackError('FILE_FORMAT', 'a line is too long');
  }
  table.addLine(rest);
}
