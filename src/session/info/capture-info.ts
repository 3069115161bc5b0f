/** Facts about a capture file: counts, times, interfaces, comments, integrity. @module */
import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import { messageOf, StackError, type StackErrorCode } from '../../base/errors.ts';
import { linkTypeName } from '../../base/link-type.ts';
import { type FileSource, openFile } from '../../pcap/index.ts';
import { BlockFacts, type InterfaceFacts, type PacketComment, type SectionFacts } from './block-facts.ts';
import { FrameFacts, type InfoTime } from './frame-facts.ts';

/** An interface of a file, with the sums of its frames. */
interface InterfaceInfo extends InterfaceFacts {
  readonly linkType: number;
  /** As `-y` takes it, for instance `EN10MB`. */
  readonly linkTypeName: string;
  readonly snapLength: number;
  readonly name?: string;
  readonly description?: string;
  readonly filter?: string;
  readonly frameCheckLength?: number;
  readonly frames: number;
  /** Lengths on the wire. */
  readonly bytes: number;
}

/** Everything that `tapline info` tells about a file. */
export interface CaptureInfo {
  readonly file: string;
  readonly format: 'pcap' | 'pcapng';
  /** Size on the disk in bytes; undefined for standard input. */
  readonly size?: number;
  /** SHA-256 of the file, in hexadecimal digits, if it was requested. */
  readonly sha256?: string;
  readonly frames: number;
  /** Sum of the lengths on the wire. */
  readonly bytes: number;
  readonly capturedBytes: number;
  /** Frames of which fewer bytes were captured than were on the wire. */
  readonly cutFrames: number;
  /** The earliest and latest time; undefined without frames that have a time. */
  readonly first?: InfoTime;
  readonly last?: InfoTime;
  /** From the earliest to the latest frame, in seconds. */
  readonly duration?: number;
  /** No frame is earlier than the one before it. */
  readonly inOrder: boolean;
  readonly framesPerSecond?: number;
  readonly bytesPerSecond?: number;
  readonly averageLength?: number;
  readonly interfaces: readonly InterfaceInfo[];
  /** Of PCAPNG files. */
  readonly sections: readonly SectionFacts[];
  /** Comments on frames: their number, and the first 1,000 of them. */
  readonly commentCount: number;
  readonly comments: readonly PacketComment[];
  /** Sum of the frames' drop counts. */
  readonly dropsBetweenFrames: number;
  /** Numbers of blocks of other kinds. */
  readonly nameBlocks: number;
  readonly secretBlocks: number;
  readonly customBlocks: number;
  readonly unknownBlocks: number;
  /** Undefined: the file is intact to its end. */
  readonly damage?: { readonly code: StackErrorCode; readonly message: string };
}

export interface InfoOptions {
  /** Compute the SHA-256 of the file, which reads it a second time. Default: false. */
  readonly hash?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Reads a whole file; `-` is standard input. Damage in the file is a fact, not an error, once the header was read.
 * @throws StackError `FILE_OPEN`, `FILE_READ`; `FILE_FORMAT` or `FILE_TRUNCATED` for a damaged header
 */
export async function captureInfo(path: string, options: InfoOptions = {}): Promise<CaptureInfo> {
  await using source = await openFile(path, { blocks: true });
  const frames = new FrameFacts();
  const blocks = new BlockFacts();
  const damage = await readAll(path, source, frames, blocks, options.signal);
  const isInput = path === '-';
  return {
    file: path,
    format: source.format,
    ...(isInput ? {} : { size: statSync(path).size }),
    ...(isInput || options.hash !== true ? {} : { sha256: await hashOf(path) }),
    ...frames.summary(),
    interfaces: interfacesOf(source, frames, blocks),
    sections: blocks.sections,
    commentCount: blocks.commentCount,
    comments: blocks.comments,
    dropsBetweenFrames: blocks.drops,
    nameBlocks: blocks.nameBlocks,
    secretBlocks: blocks.secretBlocks,
    customBlocks: blocks.customBlocks,
    unknownBlocks: blocks.unknownBlocks,
    ...(damage === undefined ? {} : { damage }),
  };
}

async function readAll(
  path: string,
  source: FileSource,
  frames: FrameFacts,
  blocks: BlockFacts,
  signal: AbortSignal | undefined,
): Promise<CaptureInfo['damage']> {
  try {
    for await (const batch of source.batches(signal === undefined ? {} : { signal })) {
      if (source.format === 'pcap') {
        batch.forEach((frame) => {
          frames.add(frame, true);
        });
        continue;
      }
      batch.forEachBlock((block) => {
        blocks.add(block);
        if (block.frame !== undefined) frames.add(block.frame, blocks.isTimed(block));
      });
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof StackError) || !error.code.startsWith('FILE_')) throw error;
    return { code: error.code, message: withoutName(error.message, path) };
  }
}

/** The message of the reader begins with the name of the file, which the facts contain already. */
function withoutName(message: string, path: string): string {
  const name = `${path}: `;
  return message.startsWith(name) ? message.slice(name.length) : message;
}

function interfacesOf(source: FileSource, frames: FrameFacts, blocks: BlockFacts): InterfaceInfo[] {
  return source.interfaces.map(({ timestampResolution: _, timestampOffset: __, ...described }, index) => ({
    ...described,
    linkTypeName: linkTypeName(described.linkType),
    ...(blocks.interfaces[index] ?? { comments: [] }),
    ...frames.sumsOf(index),
  }));
}

/** @throws StackError `FILE_READ` */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  } catch (error) {
    throw new StackError('FILE_READ', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
  }
  return hash.digest('hex');
}
