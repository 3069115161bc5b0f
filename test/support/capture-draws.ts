/** Drawn command lines of `tapline capture -w`: options that go together, in any combination. @module */
import fc from 'fast-check';

/** Bytes, by how the options say them. */
const ROTATE_SIZES = { '1K': 1024, '5K': 5120, '0.02': 20_000, '64K': 65_536, '0.3': 300_000, '1M': 1 << 20 } as const;
const LIMIT_SIZES = { '300': 300e6, '0.01': 10_000, '100K': 102_400, '0.5': 500_000, '2M': 2 << 20 } as const;

/** @param rarity it is left away all but once in so many times, and one more */
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

/** One capture as it was drawn; `planOf` leaves out what does not go together. */
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
  /** Sent in the middle. */
  signal: option(['SIGUSR1', 'SIGUSR2'] as const),
  /** What has the name of the second file already. */
  foreign: option(['file', 'link', 'folder'] as const, 1),
  /** It is told to end in the middle of the flow, at the flow's end, or when all is quiet; or it is killed in the middle. */
  end: fc.constantFrom('amid', 'flow', 'quiet', 'quiet', 'kill'),
});

export type CaptureDraw = typeof captureDraw extends fc.Arbitrary<infer T> ? T : never;

/** What a capture is asked for, as the test reckons with it. */
export interface CapturePlan {
  readonly draw: CaptureDraw;
  readonly words: readonly string[];
  /** What `-w` says, without the folder. */
  readonly name: string;
  readonly isPcapng: boolean;
  readonly isPacked: boolean;
  /** Series of files, one for each thread. */
  readonly series: number;
  readonly isRotating: boolean;
  readonly hasHook: boolean;
  /** Bytes, frames and seconds of one file. */
  readonly rotateSize: number;
  readonly rotateFrames: number;
  readonly rotateSeconds: number;
  readonly isAligned: boolean;
  /** Limits of all files together; infinite where none was drawn. */
  readonly ring: number;
  readonly stopFiles: number;
  readonly stopSize: number;
  readonly quota: number;
  readonly count: number;
}

const NONE = Number.POSITIVE_INFINITY;

/** @param places of its files, of what the program after each file notes, and of `--stats` */
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
  const hasHook = draw.hook && rotateFrames !== 1 && rotateSize !== '1K'; // nobody starts a thousand programs a second
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

/** A program after each file that notes its name. */
function hookWords(log: string): string[] {
  return ['-z', 'sh', ...['-c', `echo "$0" >> ${log}`, '{}'].map((word) => `--on-rotate-argument=${word}`)];
}
