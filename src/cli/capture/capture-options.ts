/** Options of `tapline capture`. @module */
import type { Argv } from 'yargs';
import { filterWords, precisionOptions, printOptions } from '../options.ts';
import { flightOptions } from './flight-options.ts';
import { outputOptions } from './output-options.ts';

export type CaptureArguments = ReturnType<typeof captureOptions> extends Argv<infer Arguments> ? Arguments : never;

export function captureOptions(command: Argv) {
  return outputOptions(flightOptions(captureWords(precisionOptions(printOptions(filterWords(command))))));
}

function captureWords<T>(command: Argv<T>) {
  return (
    command
      .option('i', {
        alias: 'interface',
        type: 'string',
        demandOption: true,
        array: true,
        describe: 'interface, or any for all; several times for several; "NAME/SNAPLEN FILTER" for its own',
      })
      .option('w', {
        alias: 'write',
        type: 'string',
        describe: 'write a file, PCAPNG for NAME.pcapng, else PCAP; - for standard output; %Y%m%d… %N in a name',
      })
      .option('c', { alias: 'count', type: 'string', describe: 'end after so many frames' })
      .option('s', { alias: 'snapshot-length', type: 'string', describe: 'bytes of each frame to keep; 0 for 262144' })
      .option('B', { alias: 'buffer-size', type: 'string', describe: 'MiB of the kernel’s ring (32)' })
      .option('threads', {
        type: 'string',
        describe: 'so many threads share the interface, each writes a file of its own',
      })
      .option('fanout', {
        choices: ['hash', 'cpu', 'rollover'] as const,
        default: 'hash' as const,
        describe: 'how threads share: by flow, by CPU, or the next one when a ring is full',
      })
      .option('merge', { type: 'boolean', default: false, describe: 'one file of all --threads, in the order of time' })
      .option('stats', {
        type: 'string',
        describe: 'write counters of each interface and second, as JSON; - for stderr',
      })
      .option('duration', { type: 'string', describe: 'end after so many seconds' })
      .option('p', {
        alias: 'no-promiscuous-mode',
        type: 'boolean',
        default: false,
        describe: 'only frames for this host',
      })
      // Finds code that keeps borrowed frames: docs/capture.md, "Borrowed frames".
      .option('poison', { type: 'boolean', default: false, hidden: true })
      .option('U', {
        alias: 'packet-buffered',
        type: 'boolean',
        default: false,
        describe: 'hand each frame on at once',
      })
      .option('F', { alias: 'filter-file', type: 'string', describe: 'read the expression from a file' })
      .option('engine', {
        choices: ['auto', 'interpreter', 'wasm', 'kernel'] as const,
        default: 'auto' as const,
        describe: 'what runs the filter',
      })
  );
}
