/** Formats of capture files: header, record layout, and how files are written. @module */
import { CompressedFile } from './file-compressed.ts';
import { type Compression, createCompressor } from './file-compression.ts';
import { DirectFile } from './file-direct.ts';
import type { OutputTarget } from './file-output.ts';
import { PlainFile } from './file-plain.ts';
import { Staging } from './file-staging.ts';
import { PCAP_FILE_HEADER_LENGTH } from './format.ts';
import { encodePcapHeader, PCAP_LAYOUT, type PcapOptions } from './pcap-writer.ts';
import { encodePcapngHeader, PCAPNG_LAYOUT, type PcapngInterface, type PcapngOptions } from './pcapng-writer.ts';
import type { BufferOptions } from './record-buffer.ts';
import type { RecordContainer, RecordFile } from './record-file.ts';
import { SectionLayout } from './section-layout.ts';

/** A capture file format whose records need only a header before them. */
export interface RecordFileFormat extends RecordContainer {
  /**
   * Begins a file, and owns the descriptor of the target from here on. @throws OutputError if the header cannot be
   * written
   */
  create(target: OutputTarget): RecordFile;
}

/** Describes a PCAP file. */
export function pcapContainer(options: PcapOptions): RecordContainer {
  const header = new Uint8Array(PCAP_FILE_HEADER_LENGTH);
  encodePcapHeader(options, header);
  return {
    recordFormat: { container: 'pcap', timestampPrecision: options.timestampPrecision ?? 'micro' },
    layout: PCAP_LAYOUT,
    header,
    headerLength: PCAP_FILE_HEADER_LENGTH,
  };
}

/**
 * Describes a PCAPNG file.
 * @param described its interface, or several, numbered from 0
 * @param inPlace whether ring blocks may become blocks of the file
 */
export function pcapngContainer(
  described: PcapngInterface | readonly PcapngInterface[],
  options: PcapngOptions = {},
  inPlace = true,
): RecordContainer {
  const header = encodePcapngHeader([described].flat(), options);
  return { recordFormat: { container: 'pcapng', inPlace }, layout: PCAPNG_LAYOUT, header, headerLength: 0 };
}

/**
 * PCAP, written directly from memory where the disk allows it, or compressed.
 * @throws StackError `COMPRESSION` if this Node lacks it
 */
export function pcapFileFormat(options: PcapOptions, compression: Compression = 'none'): RecordFileFormat {
  return fileFormat(pcapContainer(options), compression, options);
}

/**
 * PCAPNG with frames of one interface or several, written in the same ways.
 * @throws StackError `COMPRESSION` if this Node lacks it
 */
export function pcapngFileFormat(
  described: PcapngInterface | readonly PcapngInterface[],
  options: PcapngOptions = {},
  compression: Compression = 'none',
): RecordFileFormat {
  const inPlace = compression === 'none' && options.packetBuffered !== true;
  return fileFormat(pcapngContainer(described, options, inPlace), compression, options);
}

/**
 * PCAPNG with blocks copied from another file. Returns a function that creates the format of a file that begins with
 * certain blocks.
 * @throws StackError `COMPRESSION` if this Node lacks it
 */
export function copiedBlocksFormat(
  layout: SectionLayout,
  compression: Compression = 'none',
): (header: Uint8Array) => RecordFileFormat {
  const staging = new Staging();
  return (header) => {
    const recordFormat = { container: 'pcapng', inPlace: false } as const;
    const container = { recordFormat, layout, fileLayout: new SectionLayout(), header, headerLength: 0 };
    return fileFormat(container, compression, {}, staging);
  };
}

function fileFormat(
  container: RecordContainer,
  compression: Compression,
  { packetBuffered = false }: BufferOptions,
  staging = new Staging(),
): RecordFileFormat {
  if (compression !== 'none') createCompressor(compression); // reports a missing compression now, not with the first file
  const { header } = container;
  return {
    ...container,
    create(target) {
      if (compression !== 'none') {
        return new CompressedFile(target, createCompressor(compression), { header, packetBuffered });
      }
      const direct = target.isFile && !packetBuffered ? DirectFile.over(target, container, staging) : undefined;
      return direct ?? new PlainFile(target, container);
    },
  };
}
