/** What a series of files is made of: how each begins, how its records are found, what writes it. @module */
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

/** A kind of capture file whose records need nothing but a header before them. */
export interface RecordFileFormat extends RecordContainer {
  /** Takes over the target's descriptor and begins the file. @throws OutputError when not even the header can be written */
  create(target: OutputTarget): RecordFile;
}

/** What a PCAP file is made of. */
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
 * What a PCAPNG file is made of.
 * @param described its interfaces: one, or several, numbered from 0
 * @param inPlace blocks of the ring may become blocks of the file
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
 * PCAP: written directly from memory where the disk allows it, compressed when asked for.
 * @throws StackError `COMPRESSION` when this Node cannot compress so
 */
export function pcapFileFormat(options: PcapOptions, compression: Compression = 'none'): RecordFileFormat {
  return fileFormat(pcapContainer(options), compression, options);
}

/**
 * PCAPNG with frames of one interface or several, written in the same ways.
 * @throws StackError `COMPRESSION` when this Node cannot compress so
 */
export function pcapngFileFormat(
  described: PcapngInterface | readonly PcapngInterface[],
  options: PcapngOptions = {},
  compression: Compression = 'none',
): RecordFileFormat {
  const inPlace = compression === 'none' && options.packetBuffered !== true;
  return fileFormat(pcapngContainer(described, options, inPlace), compression, options);
}

function fileFormat(
  container: RecordContainer,
  compression: Compression,
  { packetBuffered = false }: BufferOptions,
): RecordFileFormat {
  if (compression !== 'none') createCompressor(compression); // throws now rather than with the first file
  const { header } = container;
  const staging = new Staging();
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
