/** Options of the commands that print frames; the letters are those of tcpdump. @module */
import type { Argv } from 'yargs';
import { defined } from '../base/defined.ts';
import type { TimestampPrecision } from '../pcap/index.ts';
import type { DumpStyle, PacketPrintOptions, TimeStyle } from '../report/index.ts';
import { FrameGroup, optionGroup } from './option-group.ts';

export function printOptions<T>(command: Argv<T>) {
  const { flag, count } = optionGroup(FrameGroup.lines);
  const group = FrameGroup.lines;
  return command
    .option('n', count('do not convert port numbers to names'))
    .option('e', flag('print the link-layer header'))
    .option('q', flag('print less about each protocol'))
    .option(
      't',
      count('timestamps: -t none, -tt seconds since 1970, -ttt since the previous, -tttt date, -ttttt since the first'),
    )
    .option('v', count('print more: TTL, identification, options, checksums; repeat for still more'))
    .option('x', count('print the bytes in hexadecimal; -xx with the link-layer header'))
    .option('X', count('print the bytes in hexadecimal and ASCII; -XX with the link-layer header'))
    .option('A', count('print the bytes in ASCII; -AA with the link-layer header'))
    .option('S', flag('print absolute TCP sequence numbers', { alias: 'absolute-tcp-sequence-numbers' }))
    .option('K', flag('do not verify checksums of IP, TCP and UDP', { alias: 'dont-verify-checksums' }))
    .option('number', flag('number the lines', { alias: '#' }))
    .option('lengths', flag('print the captured length and the length on the wire of each frame'))
    .option('count', flag('print only the number of matching frames'))
    .option('print', flag('with -w: print the frames, too'))
    .option('time-stamp-precision', {
      choices: ['micro', 'nano'] as const,
      default: 'micro' as const,
      group,
      describe: 'precision of timestamps in lines and files: microseconds or nanoseconds',
    })
    .option('nano', flag('same as --time-stamp-precision nano'))
    .option('micro', flag('same as --time-stamp-precision micro'));
}

/** Declares options of tcpdump that ask for what tapline always does. */
export function acceptedOptions<T>(command: Argv<T>) {
  const { flag } = optionGroup(FrameGroup.advanced);
  return command
    .option('l', flag('accepted for tcpdump; lines are never held back'))
    .option('N', flag('accepted for tcpdump; host names are not looked up'))
    .option('f', flag('accepted for tcpdump; addresses are always printed as numbers'));
}

/** The options as yargs returns them. */
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
  readonly K: boolean;
  readonly lengths: boolean;
  readonly number: boolean;
  readonly 'time-stamp-precision': TimestampPrecision;
  readonly nano: boolean;
  readonly micro: boolean;
}

export type PrecisionWords = Pick<PrintWords, 'time-stamp-precision' | 'nano' | 'micro'>;

/** By the number of `-t`. */
const TIME_STYLES: readonly TimeStyle[] = ['clock', 'none', 'epoch', 'sincePrevious', 'date', 'sinceFirst'];

export function parsePrint(words: PrintWords): PacketPrintOptions {
  return {
    timestampPrecision: parsePrecision(words),
    time: TIME_STYLES[words.t] ?? 'sinceFirst',
    numeric: words.n > 0,
    linkHeader: words.e,
    quiet: words.q,
    verbosity: Math.min(words.v, 3) as 0 | 1 | 2 | 3,
    absoluteSequence: words.S,
    skipChecksums: words.K,
    lengths: words.lengths,
    number: words.number,
    ...defined({ dump: parseDump(words) }),
  };
}

export function parsePrecision(words: PrecisionWords): TimestampPrecision {
  if (words.nano) return 'nano';
  return words.micro ? 'micro' : words['time-stamp-precision'];
}

function parseDump({ x, X, A }: PrintWords): DumpStyle | undefined {
  if (A > 0) return { form: 'text', withLinkHeader: A > 1 };
  if (X > 0) return { form: 'hexAndText', withLinkHeader: X > 1 };
  return x > 0 ? { form: 'hex', withLinkHeader: x > 1 } : undefined;
}
