/** The command line of `tapline capture`. @module */
import type { Argv } from 'yargs';
import { StackError } from '../../base/errors.ts';
import type { LinkType } from '../../base/link-type.ts';
import { type LiveOptions, TIMESTAMP_TYPES } from '../../capture/index.ts';
import type { PacketPrintOptions } from '../../report/index.ts';
import { bufferOption, DEFAULT_BUFFER_MEBIBYTES } from '../buffer-option.ts';
import type { ConfinementNeeds } from '../confinement/confinement-plan.ts';
import { userOption } from '../confinement/user-option.ts';
import { parsePrintsToo } from '../file/read-options.ts';
import { fileAccess } from '../file-access.ts';
import { FrameGroup, optionGroup } from '../option-group.ts';
import {
  type FilterSource,
  filterFile,
  filterWords,
  noOptimize,
  numberOption,
  parseFilter,
  parseLinkTypeName,
} from '../options.ts';
import { acceptedOptions, parsePrint, printOptions } from '../print-options.ts';
import { type InterfaceChoice, parseInterfaces } from './capture-interfaces.ts';
import { type FlightSettings, flightOptions, parseFlight } from './flight-options.ts';
import { insteadOptions } from './instead-options.ts';
import { type OutputFiles, outputOptions, parseOutput } from './output-options.ts';
import type { StatisticsTarget } from './statistics-file.ts';
import { parseStopTexts, type StopTexts } from './stop-message.ts';
import { parseThreads, type ThreadSettings } from './thread-options.ts';

export type CaptureArguments = ReturnType<typeof captureOptions> extends Argv<infer Arguments> ? Arguments : never;

/** A parsed command line: plain data, which is sent to the threads of `--threads`. */
export interface CaptureCommand {
  readonly interfaces: readonly InterfaceChoice[];
  /** Of all interfaces, as the user expects it. */
  readonly linkType: LinkType | undefined;
  /** Of the interfaces without their own. */
  readonly filter: FilterSource;
  readonly live: Required<
    Pick<LiveOptions, 'promiscuous' | 'direction' | 'timestamps' | 'optimize' | 'engine' | 'poison' | 'blockTimeout'>
  >;
  /** Kernel buffer of each interface, in MiB. */
  readonly bufferMebibytes: number;
  readonly threads: ThreadSettings | undefined;
  readonly frameLimit: number | undefined;
  /** Milliseconds. */
  readonly duration: number | undefined;
  /** Undefined: print lines, or only their number. */
  readonly output: OutputFiles | undefined;
  readonly countsOnly: boolean;
  /** Print lines as well as writing `output`. */
  readonly printsToo: boolean;
  readonly print: PacketPrintOptions;
  readonly statistics: StatisticsTarget | undefined;
  readonly flight: FlightSettings | undefined;
  readonly stopTexts: StopTexts;
  readonly confinement: ConfinementNeeds;
}

export function captureOptions(command: Argv) {
  const withInput = insteadOptions(inputWords(filterWords(command)));
  return acceptedOptions(advancedWords(flightOptions(outputOptions(printOptions(limitWords(withInput))))));
}

/** `-I`, which is not supported: an error says so. */
const MONITOR_MODE = { type: 'boolean', default: false, alias: 'monitor-mode', hidden: true } as const;

function inputWords<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(FrameGroup.input);
  const group = FrameGroup.input;
  return command
    .option('i', {
      alias: 'interface',
      type: 'string',
      array: true,
      default: [] as string[],
      group,
      describe: 'interface, its number (-D), or any; "NAME/SNAPLEN FILTER" for its own snapshot length and filter',
    })
    .option(
      's',
      value('bytes of each frame to keep', {
        alias: 'snapshot-length',
        defaultDescription: '262144',
      }),
    )
    .option('p', flag('do not put the interface into promiscuous mode', { alias: 'no-promiscuous-mode' }))
    .option('Q', {
      alias: 'direction',
      choices: ['in', 'out', 'inout'] as const,
      group,
      defaultDescription: 'inout',
      describe: 'capture only received frames, or only sent ones',
    })
    .option('y', value('link type of the frames, one of those that -L lists', { alias: 'linktype' }))
    .option('I', MONITOR_MODE)
    .option('F', filterFile(group));
}

function limitWords<T>(command: Argv<T>) {
  const { value } = optionGroup(FrameGroup.limits);
  return command
    .option('c', value('number of frames to capture', { alias: 'packets', defaultDescription: 'no limit' }))
    .option('duration', value('stop after this time, in seconds', { defaultDescription: 'no limit' }));
}

function advancedWords<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(FrameGroup.advanced);
  const group = FrameGroup.advanced;
  return (
    command
      .option(
        'B',
        value('size of the kernel buffer, in MiB', {
          alias: 'buffer-size',
          defaultDescription: `${DEFAULT_BUFFER_MEBIBYTES}`,
        }),
      )
      .option('U', flag('print or write each frame immediately', { alias: 'packet-buffered' }))
      .option('immediate-mode', flag('receive each frame immediately; it is still written in larger units'))
      .option('j', {
        alias: 'time-stamp-type',
        choices: TIMESTAMP_TYPES,
        default: 'host' as const,
        group,
        describe: 'clock that stamps the frames; -J lists those of the interface',
      })
      .option('O', noOptimize(group))
      .option(
        'stats',
        value('write counters of each interface and second to FILE at the end, as JSON; - for standard error'),
      )
      .option('threads', value('capture one interface with N threads; each writes its own file'))
      .option('fanout', {
        choices: ['hash', 'cpu', 'rollover'] as const,
        default: 'hash' as const,
        group,
        describe: 'distribute frames to threads by flow, by CPU, or to the next one when a buffer is full',
      })
      .option('merge', flag('with --threads: write a single file in chronological order'))
      .option('engine', {
        choices: ['auto', 'interpreter', 'wasm', 'kernel'] as const,
        default: 'auto' as const,
        group,
        describe: 'where the filter runs',
      })
      .option('Z', userOption(group))
      .option('relinquish-privileges', { type: 'string', hidden: true }) // the long name of -Z in tcpdump
      // Finds code that keeps borrowed frames: docs/capture.md, "Borrowed frames".
      .option('poison', { type: 'boolean', default: false, hidden: true })
  );
}

/** @throws StackError `USAGE` */
export function parseCapture(words: CaptureArguments): CaptureCommand {
  if (words.I) {
    throw new StackError('USAGE', 'monitor mode (-I) is not supported; Wi-Fi interfaces are captured as Ethernet');
  }
  const frameLimit = numberOption('-c', words.c, { least: 1 });
  const duration = numberOption('--duration', words.duration, { fraction: true });
  const output = parseOutput(words, {
    otherwise: words.trigger.length > 0 ? {} : undefined,
    free: words.stats === undefined ? [] : ['mode', 'group'], // the statistics file has them, too
  });
  const flight = parseFlight(words, output);
  const statistics = words.stats === undefined ? undefined : { path: words.stats, access: fileAccess(words) };
  const printsToo = parsePrintsToo(words);
  if (printsToo && words.trigger.length > 0) throw new StackError('USAGE', '--print and --trigger exclude each other');
  if (printsToo && words.threads !== undefined && !words.merge) {
    throw new StackError('USAGE', '--print and --threads need --merge');
  }
  return {
    interfaces: parseInterfaces(words),
    linkType: parseLinkTypeName('-y', words.y),
    filter: parseFilter(words),
    live: {
      promiscuous: !words.p,
      direction: words.Q ?? 'inout',
      timestamps: words.j,
      optimize: !words.O,
      engine: words.engine,
      poison: words.poison,
      blockTimeout: blockTimeoutOf(words, output),
    },
    bufferMebibytes: bufferOption(words.B),
    threads: parseThreads(words, output, frameLimit),
    frameLimit,
    duration: duration === undefined ? undefined : duration * 1000,
    output,
    countsOnly: words.count,
    printsToo,
    print: parsePrint(words),
    statistics,
    flight,
    stopTexts: parseStopTexts(words),
    confinement: parseConfinement(words, flight?.output ?? output, statistics),
  };
}

/** Each thread of `--threads` has a file of its own. */
function parseConfinement(
  words: CaptureArguments,
  output: OutputFiles | undefined,
  statistics: StatisticsTarget | undefined,
): ConfinementNeeds {
  const { rotation, overwrite = false, group } = output?.series ?? {};
  const isSeries = rotation !== undefined || (words.threads !== undefined && !words.merge);
  const isFile = output !== undefined && output.path !== '-';
  return {
    isVerbose: words.v > 0,
    user: words.Z ?? words['relinquish-privileges'],
    output: isFile ? { path: output.path, isSeries, overwrites: overwrite } : undefined,
    group: group ?? statistics?.access.group,
    report: statistics === undefined || statistics.path === '-' ? undefined : statistics.path,
    runsPrograms: output?.hook !== undefined,
  };
}

/**
 * Milliseconds that a frame may wait for others: on its way to a file, which shows it within a second; the same if
 * compression delays it further or somebody waits for `-c`; on its way to the screen; with `-U`; and in a merge, where
 * interfaces wait for each other. Each wake-up costs, however few frames it brings (bench/live/capture.ts).
 */
const BLOCK_TIMEOUT = { file: 750, fileSoon: 250, screen: 25, packetBuffered: 5, merged: 20 } as const;

function blockTimeoutOf(words: CaptureArguments, output: OutputFiles | undefined): number {
  if (words.U || words['immediate-mode']) return BLOCK_TIMEOUT.packetBuffered;
  if (words.i.length > 1 || words.merge) return BLOCK_TIMEOUT.merged;
  if (output === undefined || words.print) return BLOCK_TIMEOUT.screen;
  const isSoon = words.c !== undefined || output.compression !== 'none';
  return isSoon ? BLOCK_TIMEOUT.fileSoon : BLOCK_TIMEOUT.file;
}
