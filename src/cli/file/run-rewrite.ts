/** Runs the commands that write the frames of a file to others, edited. @module */
import { StackError } from '../../base/errors.ts';
import { type FileSource, openFile, type TimestampPrecision } from '../../pcap/index.ts';
import type { FrameEditor, Stripping } from '../../session/index.ts';
import { recordAndClose } from '../capture/capture-output.ts';
import { isPcapngName } from '../capture/output-series.ts';
import { formatStop } from '../capture/stop-message.ts';
import { checkOutput } from '../check-output.ts';
import type { CommandContext } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { fileFilter } from '../filter/filter-warnings.ts';
import { listenForStop } from '../stop-signals.ts';
import type { FileRewrite } from './file-rewrite-options.ts';
import { createRewrite } from './rewrite-files.ts';

/** What happens to the frames and blocks. */
export interface RewriteChanges {
  readonly editor: FrameEditor;
  readonly stripping: Stripping;
  /** Comments are added, which only PCAPNG holds. */
  readonly addsComments: boolean;
}

/** @returns number of frames written */
export async function runRewrite(
  { file, filter, output, stopTexts }: FileRewrite,
  { editor, stripping, addsComments }: RewriteChanges,
  context: CommandContext,
): Promise<number> {
  checkOutput(output, undefined, context);
  const filterFor = await fileFilter(filter, true, context);
  await using source = await openFile(file, { filterFor, blocks: isPcapngName(output.path) });
  if (addsComments && !(source.format === 'pcapng' && isPcapngName(output.path))) {
    throw new StackError(
      'USAGE',
      'only PCAPNG files hold comments; read and write files of that format (`tapline read FILE -w FILE.pcapng` converts)',
    );
  }
  const stop = listenForStop(context);
  try {
    const precise = { ...output, timestampPrecision: precisionOf(source) };
    const changes = { isSelective: true, stripping, editor };
    const target = createRewrite(precise, { files: [file], source, changes, lines: undefined }, context);
    const { reason, frames } = await recordAndClose(target.source, target.sink, { signal: stop.signal });
    context.stderr.write(formatStop(reason, stopTexts, 'writing'));
    if (reason === 'free-space') process.exitCode = ExitCode.diskFull;
    return frames;
  } finally {
    stop.release();
  }
}

/** Microseconds are enough if the first interface, described before the output begins, counts no finer. */
export function precisionOf({ interfaces }: FileSource): TimestampPrecision {
  return (interfaces[0]?.timestampResolution ?? 6) > 6 ? 'nano' : 'micro';
}
