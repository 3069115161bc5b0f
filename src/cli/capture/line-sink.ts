/** A sink that prints: one line per frame, a batch at a time. @module */
import type { FrameSink, FrameView } from '../../base/frame.ts';
import type { LinkType } from '../../base/link-type.ts';
import { type DumpStyle, PacketPrinter, type PacketPrintOptions, type TimeStyle } from '../../report/index.ts';
import type { TextOutput } from '../text-output.ts';

/** The link type that a frame has. */
export type LinkTypeOf = (frame: FrameView) => LinkType;

/** What the options of `printOptions` say, as yargs hands them over: the letters are counted or on. */
export interface PrintWords {
  readonly n: number;
  readonly e: boolean;
  readonly q: boolean;
  readonly t: number;
  readonly v: number;
  readonly x: number;
  readonly X: number;
  readonly A: number;
  readonly S: boolean;
  readonly number: boolean;
}

/**
 * @param stop called when the reader of `output` has gone away: nothing printed any more would be read
 */
export function createLineSink(
  linkTypeOf: LinkTypeOf,
  options: PacketPrintOptions,
  output: TextOutput,
  stop: () => void,
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
      text += `${printer.format(frame, linkTypeOf(frame))}\n`;
    },
    flush,
    close: flush,
  };
}

/** By the number of `-t`. */
const TIME_STYLES: readonly TimeStyle[] = ['clock', 'none', 'epoch', 'sincePrevious', 'date', 'sinceFirst'];

/** From tcpdump's letters to what a printer wants. */
export function printerOptions(words: PrintWords, timestampPrecision: 'micro' | 'nano'): PacketPrintOptions {
  const dump = dumpStyle(words);
  return {
    timestampPrecision,
    time: TIME_STYLES[words.t] ?? 'sinceFirst',
    numeric: words.n > 0,
    linkHeader: words.e,
    quiet: words.q,
    verbosity: Math.min(words.v, 3) as 0 | 1 | 2 | 3,
    absoluteSequence: words.S,
    number: words.number,
    ...(dump === undefined ? {} : { dump }),
  };
}

function dumpStyle({ x, X, A }: PrintWords): DumpStyle | undefined {
  if (A > 0) return { form: 'text', withLinkHeader: A > 1 };
  if (X > 0) return { form: 'hexAndText', withLinkHeader: X > 1 };
  return x > 0 ? { form: 'hex', withLinkHeader: x > 1 } : undefined;
}
