/** A sink that prints frames, a batch at a time. @module */
import type { FrameSink, FrameView } from '../../base/frame.ts';
import type { LinkType } from '../../base/link-type.ts';
import { PacketPrinter, type PacketPrintOptions } from '../../report/index.ts';
import type { TextOutput } from '../text-output.ts';

/** Returns the link type of a frame. */
export type LinkTypeOf = (frame: FrameView) => LinkType;

/**
 * @param stop called when the reader of `output` has exited
 * @param noteOf returns printable text to add to the line of the frame being added
 */
export function createLineSink(
  linkTypeOf: LinkTypeOf,
  options: PacketPrintOptions,
  output: TextOutput,
  stop: () => void,
  noteOf: () => string = () => '',
): FrameSink {
  const printer = new PacketPrinter(options);
  let text = '';
  const flush = async (): Promise<void> => {
    if (text === '') return;
    output.write(text);
    text = '';
    if (output.closed) stop();
  };
  return {
    add(frame) {
      text += `${printer.format(frame, linkTypeOf(frame), noteOf())}\n`;
    },
    flush,
    close: flush,
  };
}
