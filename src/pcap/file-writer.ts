/** Writers that create their own file. @module */
import { type FileSinkOptions, openOutputFile, STANDARD_OUTPUT } from './file-output.ts';
import { DescriptorSink } from './file-sink.ts';
import { type PcapOptions, PcapWriter } from './pcap-writer.ts';
import { type PcapngOptions, PcapngWriter } from './pcapng-writer.ts';

/**
 * Creates a PCAP file, or writes PCAP to standard output for `-`.
 * @throws StackError `FILE_CREATE`
 * @throws OutputError if the header cannot be written
 */
export function createPcapWriter(path: string, options: PcapOptions & FileSinkOptions): PcapWriter {
  return new PcapWriter(openSink(path, options), options);
}

/**
 * Creates a PCAPNG file, or writes PCAPNG to standard output for `-`.
 * @throws StackError `FILE_CREATE`
 * @throws OutputError if the header cannot be written
 */
export function createPcapngWriter(path: string, options: PcapngOptions & FileSinkOptions = {}): PcapngWriter {
  return new PcapngWriter(openSink(path, options), options);
}

function openSink(path: string, options: FileSinkOptions): DescriptorSink {
  return new DescriptorSink(path === '-' ? STANDARD_OUTPUT : openOutputFile(path, options, 'any'));
}
