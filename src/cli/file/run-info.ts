/** Runs `tapline info`. @module */
import { StackError } from '../../base/errors.ts';
import { jsonText } from '../../base/text.ts';
import { formatCaptureInfo } from '../../report/index.ts';
import { captureInfo } from '../../session/index.ts';
import { type CommandContext, warnOn } from '../context.ts';
import { ExitCode, exitCodeOf } from '../exit-code.ts';
import { listenForStop } from '../stop-signals.ts';

/** The files, and how they are reported. */
export interface InfoCommand {
  readonly files: readonly string[];
  readonly json: boolean;
  readonly hash: boolean;
}

/** Reports every file. The exit status is that of the last file that is damaged or cannot be read. */
export async function runInfo({ files, json, hash }: InfoCommand, context: CommandContext): Promise<void> {
  const warn = warnOn(context);
  const stop = listenForStop(context);
  try {
    for (const [index, file] of files.entries()) {
      if (stop.signal.aborted || context.stdout.closed) return;
      try {
        const info = await captureInfo(file, { hash, signal: stop.signal });
        if (stop.signal.aborted) return; // the facts are those of a part of the file
        const text = json ? `${jsonText(info)}\n` : `${index > 0 ? '\n' : ''}${formatCaptureInfo(info)}`;
        context.stdout.write(text);
        if (info.damage !== undefined) process.exitCode = ExitCode.badFile;
      } catch (error) {
        if (!(error instanceof StackError)) throw error;
        warn(error.message);
        process.exitCode = exitCodeOf(error);
      }
    }
  } finally {
    stop.release();
  }
}
