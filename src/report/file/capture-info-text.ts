/** The text of `tapline info`. @module */
import { describeLinkType } from '../../base/link-type.ts';
import { printable } from '../../base/text.ts';
import type { CaptureInfo } from '../../session/index.ts';

type InterfaceInfo = CaptureInfo['interfaces'][number];
/** A label and its value; lines without a value are left out. */
type InfoLine = readonly [label: string, value: string | undefined];

/** Maximum number of comments on frames that are printed. */
const MAX_COMMENTS = 20;
const LABEL_WIDTH = 22;

/** Returns the facts about a file, one per line, ending with a newline. */
export function formatCaptureInfo(info: CaptureInfo): string {
  const lines: InfoLine[] = [
    ['file', info.file === '-' ? 'standard input' : info.file],
    ['format', formatText(info)],
    ['size', amount(info.size, 'bytes')],
    ['SHA-256', info.sha256],
    ['frames', String(info.frames)],
    ['bytes on the wire', String(info.bytes)],
    ['bytes captured', String(info.capturedBytes)],
    ['cut frames', nonZero(info.cutFrames)],
    ['first frame', timeText(info.first)],
    ['last frame', timeText(info.last)],
    ['duration', info.duration === undefined ? undefined : `${info.duration.toFixed(9)} s`],
    ['time order', info.frames === 0 ? undefined : info.inOrder ? 'frames in order' : 'frames out of order'],
    ['frame rate', amount(rounded(info.framesPerSecond), 'frames/s')],
    ['data rate', info.bytesPerSecond === undefined ? undefined : rateText(info.bytesPerSecond)],
    ['average length', amount(rounded(info.averageLength), 'bytes')],
    [
      'dropped',
      info.dropsBetweenFrames === 0 ? undefined : `${info.dropsBetweenFrames} frames, by the frames' drop counts`,
    ],
    ['name blocks', nonZero(info.nameBlocks)],
    ['decryption secrets', nonZero(info.secretBlocks)],
    ['custom blocks', nonZero(info.customBlocks)],
    ['unknown blocks', nonZero(info.unknownBlocks)],
    ...info.sections.flatMap(sectionLines),
    ...info.interfaces.flatMap(interfaceLines),
    ...commentLines(info),
    ['integrity', info.damage === undefined ? 'intact' : `damaged: ${info.damage.message}`],
  ];
  return lines
    .filter(([, value]) => value !== undefined)
    .map(([label, value = '']) => `${label.padEnd(LABEL_WIDTH)}${printable(value)}\n`)
    .join('');
}

function formatText({ format, sections }: CaptureInfo): string {
  if (format === 'pcap') return 'PCAP';
  return `PCAPNG, ${sections.length} section${sections.length === 1 ? '' : 's'}`;
}

function sectionLines(section: CaptureInfo['sections'][number], index: number): InfoLine[] {
  const label = `section ${index}`;
  const { hardware, operatingSystem, application, byteOrder, comments } = section;
  const parts = [byteOrder, hardware, operatingSystem, application].filter((part) => part !== undefined);
  return [[label, parts.join(', ')], ...comments.map((comment): InfoLine => [`${label} comment`, comment])];
}

function interfaceLines(described: InterfaceInfo, index: number): InfoLine[] {
  const label = `interface ${index}`;
  const { name, description, linkType, snapLength, frames, bytes, filter, statistics } = described;
  const named = [name, description === undefined ? undefined : `(${description})`].filter((part) => part !== undefined);
  const counters = Object.entries(statistics ?? {}).map(([key, count]) => `${STATISTICS_WORDS[key] ?? key} ${count}`);
  const lines: InfoLine[] = [
    [label, [...named, describeLinkType(linkType)].join(' ')],
    ['  snapshot length', String(snapLength)],
    ['  timestamps', described.resolution],
    ['  filter', filter],
    ['  frames', `${frames}, ${bytes} bytes`],
    ['  hardware', described.hardware],
    ['  operating system', described.operatingSystem],
    ['  MAC address', described.mac],
    ['  addresses', described.addresses?.join(', ')],
    ['  speed', amount(described.speed, 'bit/s')],
    ['  FCS length', amount(described.frameCheckLength, 'bytes')],
    ['  statistics', counters.length === 0 ? undefined : counters.join(', ')],
    ...described.comments.map((comment): InfoLine => ['  comment', comment]),
  ];
  return lines;
}

const STATISTICS_WORDS: Readonly<Record<string, string>> = {
  received: 'received',
  dropped: 'dropped by the interface',
  filterAccepted: 'accepted by the filter',
  systemDropped: 'dropped by the system',
  delivered: 'delivered',
};

function commentLines({ comments, commentCount }: CaptureInfo): InfoLine[] {
  const shown = comments.slice(0, MAX_COMMENTS);
  const rest = commentCount - shown.length;
  return [
    ...shown.map(({ frame, text }): InfoLine => [`comment on frame ${frame}`, text]),
    ...(rest > 0 ? [[`further comments`, `${rest}, see --json or \`tapline read\``] as const] : []),
  ];
}

function timeText(time: CaptureInfo['first']): string | undefined {
  return time === undefined ? undefined : (time.utc?.replace('T', ' ').replace('Z', ' UTC') ?? time.epoch);
}

function rateText(bytesPerSecond: number): string {
  return `${rounded(bytesPerSecond)} bytes/s, ${rounded(bytesPerSecond * 8)} bit/s`;
}

function rounded(value: number | undefined): string | undefined {
  return value?.toFixed(2).replace(/\.00$/, '');
}

function amount(value: string | number | undefined, unit: string): string | undefined {
  return value === undefined ? undefined : `${value} ${unit}`;
}

function nonZero(count: number): string | undefined {
  return count === 0 ? undefined : String(count);
}
