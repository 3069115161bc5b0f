/** Random command lines of `tapline capture -w`: any valid combination of options. @module */
import fc from 'fast-check';

/** Sizes in bytes by the text of the option. */
const ROTATE_SIZES = { '1K': 1024, '5K': 5120, '0.02': 20_000, '64K': 65_536, '0.3': 300_000, '1M': 1 << 20 } as const;
const LIMIT_SIZES = { '300': 300e6, '0.01': 10_000, '100K': 102_400, '0.5': 500_000, '2M': 2 << 20 } as const;

/** Draws a choice, or undefined once in `rarity` + 1 times. */
const option = <T>(choices: readonly T[], rarity = 3): fc.Arbitrary<T | undefined> =>
  fc.option(fc.constantFrom(...choices), { nil: undefined, freq: rarity });
const keysOf = <T extends string>(sizes: Readonly<Record<T, number>>): readonly T[] => Object.keys(sizes) as T[];

const TRIGGER = fc.record({
  before: fc.constantFrom('0', '0.2', '1', '30', '2MiB'),
  after: fc.constantFrom('0', '0.1', '0.5', '10'),
  most: option([1, 2, 5]),
});
const FILE_COUNT = fc.record({
  option: fc.constantFrom('-W', '--ring', '--stop-files'),
  count: fc.integer({ min: 1, max: 12 }),
});

/** Draws a capture; `planOf` removes options that exclude each other. */
export const captureDraw = fc.record({
  interfaces: fc.constantFrom(['eth0'], ['eth0'], ['eth0'], ['eth0', 'eth1'], ['eth1/100', 'eth0'], ['any']),
  threads: fc.constantFrom('none', 'none', 'none', 'apart', 'merge'),
  fanout: fc.constantFrom('hash', 'cpu', 'rollover'),
  extension: fc.constantFrom('.pcap', '.pcap', '.pcapng', '.pcapng', ''),
  stem: fc.constantFrom('a', 'a', 'a-%N', '%s', '%H%M%S-%N', 'a %% %N'),
  packing: fc.constantFrom('none', 'none', 'none', 'by name', 'by option', 'not, though named so'),
  trigger: fc.option(TRIGGER, { nil: undefined, freq: 1 }),
  rotateSize: option(keysOf(ROTATE_SIZES), 1),
  rotateFrames: option([1, 7, 100, 1000], 2),
  rotateSeconds: option([1, 2], 2),
  isAligned: fc.boolean(),
  fileCount: fc.option(FILE_COUNT, { nil: undefined, freq: 2 }),
  stopSize: option(keysOf(LIMIT_SIZES)),
  quota: option(keysOf(LIMIT_SIZES)),
  count: option([1, 50, 999, 100_000]),
  duration: option(['0.5', '1.7', '3']),
  snapLength: option([60, 101, 1000, 0]),
  buffer: option([1, 2, 64]),
  engine: option(['interpreter', 'wasm', 'kernel']),
  flags: fc.subarray(['--nano', '-U', '--utc', '--overwrite', '--poison']),
  hook: fc.boolean(),
  statistics: fc.boolean(),
  /** Signal sent in the middle of the flow. */
  signal: option(['SIGUSR1', 'SIGUSR2'] as const),
  /** Kind of the existing file that has the name of the second file. */
  foreign: option(['file', 'link', 'folder'] as const, 1),
  /** Interrupted in the middle of the flow, at its end, or when no frames are left; or killed in the middle. */
  end: fc.constantFrom('amid', 'flow', 'quiet', 'quiet', 'kill'),
});

export type CaptureDraw = typeof captureDraw extends fc.Arbitrary<infer T> ? T : never;

/** The options of a capture, as the checks use them. */
export interface CapturePlan {
  readonly draw: CaptureDraw;
  readonly words: readonly string[];
  /** Argument of `-w`, without the folder. */
  readonly name: string;
  readonly isPcapng: boolean;
  readonly isPacked: boolean;
  /** Number of file series, one per thread. */
  readonly series: number;
  readonly isRotating: boolean;
  readonly hasHook: boolean;
  /** Maximum bytes, frames and seconds per file. */
  readonly rotateSize: number;
  readonly rotateFrames: number;
  readonly rotateSeconds: number;
  readonly isAligned: boolean;
  /** Limits of all files together; infinite by default. */
  readonly ring: number;
  readonly stopFiles: number;
  readonly stopSize: number;
  readonly quota: number;
  readonly count: number;
}

const NONE = Number.POSITIVE_INFINITY;

/** @param places paths of the files, of the log that the program after each file writes, and of `--stats` */
export function planOf(
  draw: CaptureDraw,
  places: { readonly folder: string; readonly log: string; readonly statistics: string },
): CapturePlan {
  const { interfaces, trigger, packing, stem, rotateSize, rotateFrames, rotateSeconds } = draw;
  const isMany = interfaces.length > 1;
  const threads = isMany || (trigger !== undefined && draw.threads === 'apart') ? 'none' : draw.threads;
  const extension = trigger === undefined || draw.extension !== '.pcap' ? draw.extension : '.pcapng';
  const name = stem + extension + (packing === 'by name' || packing === 'not, though named so' ? '.gz' : '');
  const series = threads === 'apart' ? 2 : 1;
  const hasBorders = (rotateSize ?? rotateFrames ?? rotateSeconds) !== undefined;
  const counted = hasBorders || (trigger !== undefined && draw.fileCount?.option !== '-W') ? draw.fileCount : undefined;
  const files = counted === undefined ? NONE : Math.max(counted.count, series);
  const isRing =
    counted?.option === '--ring' || (counted?.option === '-W' && (rotateSize ?? rotateFrames) !== undefined);
  const count = trigger === undefined ? draw.count : undefined;
  const hasHook = draw.hook && rotateFrames !== 1 && rotateSize !== '1K'; // avoids a thousand processes per second
  const words = [
    ...interfaces.flatMap((each) => ['-i', each]),
    ...['-w', `${places.folder}/${name}`],
    ...(threads === 'none' ? [] : ['--threads', '2', '--fanout', draw.fanout]),
    ...(threads === 'merge' ? ['--merge'] : []),
    ...(packing === 'by option' ? ['--compress', 'gzip'] : []),
    ...(packing === 'not, though named so' ? ['--compress', 'none'] : []),
    ...(trigger === undefined ? [] : triggerWords(trigger)),
    ...given('-C', rotateSize),
    ...given('--rotate-packets', rotateFrames),
    ...given('-G', rotateSeconds),
    ...(rotateSeconds !== undefined && draw.isAligned ? ['--aligned'] : []),
    ...given(counted?.option ?? '', counted && files),
    ...given('--stop-size', draw.stopSize),
    ...given('--quota', draw.quota),
    ...given('-c', count),
    ...given('--duration', draw.duration),
    ...given('-s', draw.snapLength),
    ...given('-B', draw.buffer),
    ...given('--engine', draw.engine),
    ...draw.flags,
    ...(hasHook ? hookWords(places.log) : []),
    ...(draw.statistics && trigger === undefined ? ['--stats', places.statistics] : []),
    'udp port 9',
  ];
  return {
    draw,
    words,
    name,
    isPcapng:
      trigger !== undefined || (isMany || threads === 'merge' ? extension !== '.pcap' : extension === '.pcapng'),
    isPacked: packing === 'by name' || packing === 'by option',
    series,
    isRotating: hasBorders || trigger !== undefined,
    hasHook,
    rotateSize: rotateSize === undefined ? NONE : ROTATE_SIZES[rotateSize],
    rotateFrames: rotateFrames ?? NONE,
    rotateSeconds: rotateSeconds ?? NONE,
    isAligned: draw.isAligned && rotateSeconds !== undefined,
    ring: isRing ? files : NONE,
    stopFiles: isRing ? NONE : files,
    stopSize: draw.stopSize === undefined ? NONE : LIMIT_SIZES[draw.stopSize],
    quota: draw.quota === undefined ? NONE : LIMIT_SIZES[draw.quota],
    count: count ?? NONE,
  };
}

function given(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [name, String(value)];
}

function triggerWords({ before, after, most }: NonNullable<CaptureDraw['trigger']>): string[] {
  return ['--trigger', 'udp src port 7777', '--before', before, '--after', after, ...given('--max-triggers', most)];
}

/** Returns the options for a program that logs the name of each file. */
function hookWords(log: string): string[] {
  return ['-z', 'sh', ...['-c', `echo "$0" >> ${log}`, '{}'].map((word) => `--on-rotate-argument=${word}`)];
}
