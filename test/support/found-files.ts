/** Reads the files of a capture of a numbered flow, and compares the frames with those sent. @module */
import { readdirSync, readFileSync } from 'node:fs';
import { constants, gunzipSync } from 'node:zlib';
import { LinkType } from '../../src/base/link-type.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import type { CapturePlan } from './capture-draws.ts';
import { numberOf, type SentFrame } from './numbered-flow.ts';

export interface FoundFrame {
  readonly sent: SentFrame;
  readonly capturedLength: number;
  readonly seconds: number;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
}

export interface FoundFile {
  readonly name: string;
  readonly frames: readonly FoundFrame[];
  /** Bytes on the disk. */
  readonly storedLength: number;
  /** Uncompressed content. */
  readonly bytes: Buffer;
}

const ETHERNET_HEADER = 14;
const COOKED_HEADER = 20;
const GZIP = 0x8b1f;

/**
 * Reads all files of a folder except `foreign`, by series, and sorts each series by its frames.
 * @param isCut true after SIGKILL: the last files may end inside a frame
 * @throws Error for a frame that differs from the sent one
 */
export async function findFiles(
  folder: string,
  plan: CapturePlan,
  sent: readonly SentFrame[],
  { foreign, isCut }: { readonly foreign: string | undefined; readonly isCut: boolean },
): Promise<FoundFile[][]> {
  const series: FoundFile[][] = Array.from({ length: plan.series }, () => []);
  for (const name of readdirSync(folder)) {
    if (name === foreign) continue;
    const thread = plan.series === 1 ? 0 : Number(/-([01])(?:-\d+)?(?:\.[a-z]+)*$/.exec(name)?.[1]);
    series[thread]?.push(await findFile(`${folder}/${name}`, name, { plan, sent, isCut }));
  }
  const first = ({ frames }: FoundFile): number => frames[0]?.sent.number ?? -1;
  return series.map((files) => files.sort((a, b) => first(a) - first(b)));
}

async function findFile(
  path: string,
  name: string,
  flow: { readonly plan: CapturePlan; readonly sent: readonly SentFrame[]; readonly isCut: boolean },
): Promise<FoundFile> {
  const stored = readFileSync(path);
  const isPacked = stored.length > 2 && stored.readUInt16LE(0) === GZIP;
  const bytes = isPacked ? gunzipSync(stored, flow.isCut ? { finishFlush: constants.Z_SYNC_FLUSH } : {}) : stored;
  const frames: FoundFrame[] = [];
  try {
    await using source = await openFile(path);
    for await (const { bytes, wireLength, timestamp, interfaceIndex } of source.packets()) {
      const { linkType, name: wire = '' } = source.interfaces[interfaceIndex] ?? {};
      const header = linkType === LinkType.ethernet ? ETHERNET_HEADER : COOKED_HEADER;
      const number = numberOf(bytes.subarray(header));
      const sent = flow.sent[number];
      if (sent === undefined) throw new Error(`${name} has a frame with the unknown number ${number}`);
      const length = sent.bytes.length - ETHERNET_HEADER + header;
      const capturedLength = Math.min(length, snapLengthOf(flow.plan, sent.wire));
      const isWhole = bytes.length === capturedLength && wireLength === length;
      const packet = sent.bytes.subarray(ETHERNET_HEADER, ETHERNET_HEADER + capturedLength - header);
      const isOther = wire.startsWith('eth') && wire !== sent.wire;
      if (!isWhole || isOther || Buffer.compare(bytes.subarray(header), packet) !== 0) {
        throw new Error(
          `frame ${number} in ${name} differs from the sent one: ${bytes.length} of ${wireLength} on ${wire}`,
        );
      }
      frames.push({ sent, capturedLength, seconds: Number(timestamp / 1_000_000_000n), time: timestamp });
    }
  } catch (error) {
    if (!(flow.isCut && error instanceof Error && 'code' in error && error.code === 'FILE_TRUNCATED')) throw error;
  }
  return { name, frames, storedLength: stored.length, bytes };
}

/** Returns the snap length of an interface: its own, or that of `-s`. */
function snapLengthOf({ draw }: CapturePlan, wire: string): number {
  const own = draw.interfaces.find((each) => each.startsWith(`${wire}/`))?.split('/')[1];
  return Number(own ?? (draw.snapLength || 262_144));
}
