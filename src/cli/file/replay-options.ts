/** Options of `tapline replay`. @module */
import type { Argv } from 'yargs';
import { filterWords } from '../options.ts';

export type ReplayArguments = ReturnType<typeof replayOptions> extends Argv<infer Arguments> ? Arguments : never;

export function replayOptions(command: Argv) {
  return filterWords(command)
    .positional('file', {
      type: 'string',
      demandOption: true,
      describe: 'PCAP or PCAPNG, plain or packed (gzip, zstd); - for standard input',
    })
    .option('i', { alias: 'interface', type: 'string', demandOption: true, describe: 'interface to send on' })
    .option('F', { alias: 'filter-file', type: 'string', describe: 'read the expression from a file' })
    .option('multiplier', { type: 'string', describe: 'so many times as fast as it was recorded (1)' })
    .option('rate', { type: 'string', describe: 'frames a second' })
    .option('mbit', { type: 'string', describe: 'megabits of frames a second' })
    .option('top-speed', { type: 'boolean', default: false, describe: 'as fast as the interface takes them' })
    .conflicts('multiplier', ['rate', 'mbit'])
    .conflicts('rate', 'mbit')
    .option('loop', { type: 'string', describe: 'send the file so many times; 0 until interrupted (1)' })
    .option('c', { alias: 'count', type: 'string', describe: 'end after so many frames' })
    .option('interface-number', { type: 'string', describe: 'only frames of this interface of the file, from 0' })
    .option('pad', {
      type: 'boolean',
      default: false,
      describe: 'fill cut frames up with zeros; else they are skipped',
    })
    .option('edit-source-mac', { type: 'string', describe: 'source address of all Ethernet frames' })
    .option('edit-destination-mac', { type: 'string', describe: 'destination address of all Ethernet frames' })
    .option('edit-address', {
      type: 'string',
      default: [] as string[],
      array: true,
      describe: 'FROM=TO: other IP addresses, single or by prefix (10.0.0.0/8=192.0.0.0/8); checksums follow',
    })
    .option('edit-add-vlan', { type: 'string', describe: 'put a VLAN tag with this identifier in front' })
    .option('edit-remove-vlan', { type: 'boolean', default: false, describe: 'take the outermost VLAN tag out' })
    .option('yes-send', { type: 'boolean', default: false, describe: 'also on an interface with a default route' })
    .option('json', { type: 'boolean', default: false, describe: 'the counters as JSON' });
}
