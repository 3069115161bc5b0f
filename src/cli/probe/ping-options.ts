/** Options of `tapline ping`. @module */
import type { Argv } from 'yargs';
import { probeOptions } from './probe-options.ts';

export type PingArguments = ReturnType<typeof pingOptions> extends Argv<infer Arguments> ? Arguments : never;

export function pingOptions(command: Argv) {
  const host = { type: 'string', array: true, demandOption: true, describe: 'names or addresses' } as const;
  return probeOptions(command.positional('host', host))
    .option('c', { alias: 'count', type: 'string', describe: 'end after so many probes (in a sweep: of each size)' })
    .option('i', { alias: 'interval', type: 'string', describe: 'seconds between probes; 1' })
    .option('s', { alias: 'size', type: 'string', describe: 'bytes of payload; 56' })
    .option('W', { alias: 'wait', type: 'string', describe: 'seconds after which an answer is late; 10' })
    .option('t', { alias: ['w', 'deadline'], type: 'string', describe: 'end after so many seconds' })
    .option('m', { alias: 'ttl', type: 'string', describe: 'TTL or hop limit' })
    .option('p', { alias: 'pattern', type: 'string', describe: 'hexadecimal bytes that fill the payload' })
    .option('l', { alias: 'preload', type: 'string', describe: 'send so many at once, before the first interval' })
    .option('f', {
      alias: 'flood',
      type: 'boolean',
      default: false,
      describe: 'a probe with each answer, or 100 a second',
    })
    .option('A', { alias: 'adaptive', type: 'boolean', default: false, describe: 'a probe with each answer' })
    .option('a', { alias: 'audible', type: 'boolean', default: false, describe: 'a bell with each answer' })
    .option('o', { type: 'boolean', default: false, describe: 'end with the first answer' })
    .option('q', { alias: 'quiet', type: 'boolean', default: false, describe: 'first and last lines only' })
    .option('O', {
      type: 'boolean',
      default: false,
      describe: 'a line for each probe that has no answer when the next one leaves',
    })
    .option('D', { alias: 'df', type: 'boolean', default: false, describe: 'never fragment' })
    .option('timestamp', { type: 'boolean', default: false, describe: 'seconds since 1970 before each line' })
    .option('R', { alias: 'record-route', type: 'boolean', default: false, describe: 'ask for the way (IPv4)' })
    .option('M', {
      choices: ['time', 'mask'] as const,
      describe: 'ask for the remote clock (ICMP timestamp) or the subnet’s mask instead; IPv4',
    })
    .option('node-info', {
      choices: ['name', 'addresses', 'ipv4-addresses'] as const,
      describe: 'ask for the host’s name or addresses instead (RFC 4620); IPv6',
    })
    .option('g', { alias: 'sweep-min', type: 'string', describe: 'first size of a sweep of sizes' })
    .option('G', { alias: 'sweep-max', type: 'string', describe: 'last size of a sweep of sizes' })
    .option('sweep-step', { type: 'string', describe: 'step of a sweep of sizes; 1' })
    .option('b', {
      alias: 'broadcast',
      type: 'boolean',
      default: false,
      describe: 'broadcast address: answers of all count',
    })
    .option('style', { choices: ['bsd', 'iputils'] as const, default: 'bsd' as const, describe: 'words of the screen' })
    .option('figures', {
      type: 'boolean',
      default: false,
      describe: 'percentiles, jitter and runs of losses at the end',
    })
    .option('histogram', { type: 'boolean', default: false, describe: 'how round trips spread' })
    .option('v', {
      type: 'boolean',
      default: false,
      describe: 'say what kind of socket serves, which answers are not counted, which errors quote too little',
    });
}
