/** What PCAPNG files of a capture say about the program and the machine. @module */
import type { PcapngOptions } from '../../pcap/index.ts';
import { processorName, systemName } from '../../sys/machine.ts';
import { taplineVersion } from '../version.ts';

export function sectionOptions(): PcapngOptions {
  return {
    application: `tapline ${taplineVersion()}`,
    hardware: processorName(),
    operatingSystem: systemName(),
  };
}
