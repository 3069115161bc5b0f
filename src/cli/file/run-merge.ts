/** Runs `tapline merge`. @module */
import { statSync } from 'node:fs';
import { StackError } from '../../base/errors.ts';
import { mergeSources } from '../../capture/index.ts';
import { type FileSource, openFile, pcapFileFormat } from '../../pcap/index.ts';
import { FileSeries, GrowingFiles, type RecordInput, type RecordOutput } from '../../session/index.ts';
import { recordAndClose } from '../capture/capture-output.ts';
import { isPcapName, outputSeries } from '../capture/output-series.ts';
import { formatStop } from '../capture/stop-message.ts';
import { checkOutput } from '../check-output.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { listenForStop } from '../stop-signals.ts';
import type { FileOutput } from './file-rewrite-options.ts';
import { precisionOf } from './run-rewrite.ts';

/** The files to merge, and where to. */
export interface MergeCommand extends FileOutput {
  readonly files: readonly string[];
}

export async function runMerge(command: MergeCommand, context: CommandContext): Promise<void> {
  const { files, output, stopTexts } = command;
  checkOutput(output, undefined, context);
  refuseInputs(files, output.path);
  const sources: FileSource[] = [];
  const stop = listenForStop(context);
  try {
    for (const file of files) sources.push(await openFile(file));
    const merged = mergeSources(sources, { onWarning: warnOn(context) });
    // Its records are those of rings; frames of files are gathered one by one, with interfaces described late.
    const input: RecordInput & Pick<FileSource, 'interfaces' | 'longestFrame'> = {
      linkType: merged.linkType,
      snapLength: merged.snapLength,
      get interfaces() {
        return merged.interfaces;
      },
      get longestFrame() {
        return longestFrame(sources);
      },
      batches: (options) => merged.batches(options),
      statistics: () => merged.statistics(),
    };
    const sink = createOutput(command, sources, input, context);
    const { reason, frames } = await recordAndClose(input, sink, { signal: stop.signal });
    context.stderr.write(formatStop(reason, stopTexts, 'writing'));
    if (reason === 'free-space') process.exitCode = ExitCode.diskFull;
    context.stderr.write(`${frames} frame${frames === 1 ? '' : 's'} of ${files.length} files written\n`);
  } finally {
    await Promise.all(sources.map((source) => source.close()));
    stop.release();
  }
}

/** Creates PCAPNG files, which keep every interface, unless the name says PCAP. @throws StackError `USAGE` */
function createOutput(
  { output }: MergeCommand,
  sources: readonly FileSource[],
  input: RecordInput & Pick<FileSource, 'interfaces'>,
  context: CommandContext,
): RecordOutput {
  const { path, compression } = output;
  const wanted = outputSeries(output, context);
  const series = { ...wanted, isLive: false, isLazy: wanted.rotation !== undefined };
  if (!isPcapName(path)) return new GrowingFiles(path, input, { compression, series });
  const { linkType } = input;
  if (sources.some((source) => source.linkType !== linkType)) {
    throw new StackError(
      'USAGE',
      'a PCAP file has a single link type, but these files differ; use a name that ends in .pcapng',
    );
  }
  const timestampPrecision = sources.some((source) => precisionOf(source) === 'nano') ? 'nano' : 'micro';
  return new FileSeries(
    path,
    pcapFileFormat({ linkType, snapLength: longestFrame(sources), timestampPrecision }, compression),
    series,
  );
}

function longestFrame(sources: readonly FileSource[]): number {
  return Math.max(...sources.map((source) => source.longestFrame));
}

/** @throws StackError `USAGE` if the output is one of the files to read */
function refuseInputs(files: readonly string[], output: string): void {
  const existing = output === '-' ? undefined : statSync(output, { throwIfNoEntry: false });
  if (existing === undefined) return;
  for (const file of files) {
    const input = file === '-' ? undefined : statSync(file, { throwIfNoEntry: false });
    if (input?.isFile() && input.dev === existing.dev && input.ino === existing.ino) {
      throw new StackError('USAGE', `cannot write to ${output}: it is a file that is being read`);
    }
  }
}
