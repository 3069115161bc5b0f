/** What a series of files is made of: how each begins, how its records are found, what writes it. @module */

import { CompressedFile } from './file-compressed.ts';
import { type Compression, createCompressor } from './file-compression.ts';
import { DirectPcapFile } from './file-direct.ts';
import type { OutputTarget } from './file-open.ts';
import { PlainFile } from './file-plain.ts';
import { descriptorSink } from './file-sink.ts';
import { PCAP_FILE_HEADER_LENGTH, type RecordFormat } from './format.ts';
import { encodePcapHeader, PCAP_LAYOUT, type PcapOptions, PcapWriter } from './pcap-writer.ts';
import type { FrameLayout } from './record-buffer.ts';
import type { RecordFile } from './record-file.ts';

/** A kind of capture file whose records need nothing but a header before them. */
export interface RecordFileFormat {
  readonly recordFormat: RecordFormat;
  readonly layout: FrameLayout;
  readonly headerLength: number;
  /** Takes over the target's descriptor and begins the file. @throws OutputError when not even the header can be written */
  create(target: OutputTarget): RecordFile;
}

/**
 * PCAP: straight from memory where the disk allows it, packed when asked for, otherwise by `PcapWriter`.
 * @throws StackError `COMPRESSION` where this Node does not have it
 */
export function pcapFileFormat(options: PcapOptions, compression: Compression = 'none'): RecordFileFormat {
  const header = new Uint8Array(PCAP_FILE_HEADER_LENGTH);
  encodePcapHeader(options, header);
  if (compression !== 'none') createCompressor(compression); // says so now when there is none
  return {
    recordFormat: { container: 'pcap', timestampPrecision: options.timestampPrecision ?? 'micro' },
    layout: PCAP_LAYOUT,
    headerLength: PCAP_FILE_HEADER_LENGTH,
    create(target) {
      if (compression !== 'none') {
        const { packetBuffered = false } = options;
        return new CompressedFile(target, createCompressor(compression), { header, packetBuffered });
      }
      const isDirect = target.isFile && options.packetBuffered !== true;
      const direct = isDirect ? DirectPcapFile.over(target.descriptor, target.name, options) : undefined;
      return direct ?? new PlainFile(new PcapWriter(descriptorSink(target), options));
    },
  };
}
