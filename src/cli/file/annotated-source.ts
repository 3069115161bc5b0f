/** Comments and drop counts of PCAPNG files beside the frames that are printed. @module */
import type { FrameBatch, FrameView, ReadOptions } from '../../base/frame.ts';
import { printable } from '../../base/text.ts';
import {
  BlockType,
  type BlockView,
  commentsOf,
  dropsBefore,
  type FileBatch,
  type FileSource,
  readOrdered32,
} from '../../pcap/index.ts';
import type { RecordInput } from '../../session/index.ts';

/** Maximum length of the notes of a frame or block in characters. */
const MAX_NOTE_LENGTH = 65_535;

/** A source whose batches tell comments while their frames are visited. */
export interface AnnotatedSource {
  readonly source: RecordInput;
  /** Returns the notes of the frame that is being visited, to be printed after it: empty, or beginning with a space. */
  noteOf(): string;
}

/**
 * @param source opened with `blocks`
 * @param onComment receives comments on sections, interfaces and other blocks, each as a line, before the frames after them
 */
export function annotate(source: FileSource, onComment: (line: string) => void): AnnotatedSource {
  let current: BlockView | undefined;
  let interfaceCount = 0;
  const visitBlock = (block: BlockView, visit: (frame: FrameView) => void): void => {
    current = block;
    if (block.frame !== undefined) {
      visit(block.frame);
      return;
    }
    if (block.type === BlockType.interfaceDescription) interfaceCount += 1;
    for (const comment of commentsOf(block)) {
      onComment(`${subjectOf(block, source, interfaceCount - 1)} comment: ${visible(comment)}\n`);
    }
  };
  const annotated = (batch: FileBatch): FrameBatch => ({
    size: batch.size,
    forEach: (visit) => batch.forEachBlock((block) => visitBlock(block, visit)),
  });
  async function* batches(options?: ReadOptions): AsyncGenerator<FrameBatch, void, undefined> {
    for await (const batch of source.batches(options)) yield annotated(batch);
  }
  return {
    source: {
      linkType: source.linkType,
      snapLength: source.snapLength,
      batches,
      statistics: () => source.statistics(),
    },
    noteOf: () => (current === undefined ? '' : packetNote(current)),
  };
}

/** Returns what a block describes. */
function subjectOf(
  { type, data, offset, littleEndian, sectionBase }: BlockView,
  source: FileSource,
  last: number,
): string {
  switch (type) {
    case BlockType.sectionHeader:
      return 'section';
    case BlockType.interfaceDescription:
      return interfaceSubject(source, last);
    case BlockType.interfaceStatistics:
      return `${interfaceSubject(source, sectionBase + readOrdered32(data, offset + 8, littleEndian))} statistics`;
    case BlockType.nameResolution:
      return 'names';
    case BlockType.decryptionSecrets:
      return 'secrets';
    default:
      return `block ${type}`;
  }
}

function interfaceSubject({ interfaces }: FileSource, index: number): string {
  return `interface ${printable(interfaces[index]?.name ?? String(index))}`;
}

function packetNote(block: BlockView): string {
  const drops = dropsBefore(block) ?? 0;
  const dropped = drops === 0 ? [] : [`${drops} dropped before`];
  const notes = [...commentsOf(block).map((comment) => `comment: ${visible(comment)}`), ...dropped];
  return notes.map((note) => ` [${note}]`).join('');
}

/** Returns a text of a file on one line. */
function visible(text: string): string {
  return printable(text.length > MAX_NOTE_LENGTH ? `${text.slice(0, MAX_NOTE_LENGTH)}...` : text);
}
