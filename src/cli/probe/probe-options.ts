/** Options that the probing commands share. @module */
import type { Argv } from 'yargs';
import { parseScopedAddress } from '../../base/address.ts';
import { StackError } from '../../base/errors.ts';
import type { KernelTransportOptions } from '../../probe/index.ts';
import { numberOption } from '../options.ts';

/** Of every command that sends probes. */
export function probeOptions<T>(command: Argv<T>) {
  return command
    .option('ipv4', { alias: '4', type: 'boolean', default: false, describe: 'IPv4 only' })
    .option('ipv6', { alias: '6', type: 'boolean', default: false, describe: 'IPv6 only' })
    .option('source', { alias: 'S', type: 'string', describe: 'our address' })
    .option('interface', { alias: 'I', type: 'string', describe: 'leave by this interface' })
    .option('mark', {
      type: 'string',
      describe: 'firewall mark; needs CAP_NET_ADMIN, since Linux 5.17 CAP_NET_RAW does',
    })
    .option('tos', { alias: ['z', 'Q'], type: 'string', describe: 'type of service or traffic class, 0 to 255' })
    .option('flow-label', { type: 'string', describe: 'IPv6 flow label of all probes, 0 to 1048575; 0' })
    .option('transport', {
      choices: ['auto', 'raw', 'unprivileged', 'raw-socket'] as const,
      default: 'auto' as const,
      describe: 'raw sockets, those without privilege, or the raw-socket package; auto takes the best there is',
    })
    .option('pcap', { type: 'string', describe: 'record our probes and their answers in a PCAPNG file' })
    .option('json', { type: 'boolean', default: false, describe: 'one JSON document at the end' })
    .option('ndjson', { type: 'boolean', default: false, describe: 'one JSON object a line, as things happen' })
    .option('n', { type: 'boolean', default: false, describe: 'addresses only, no names' });
}

/** What `probeOptions` yields, as yargs hands it over. */
export interface ProbeWords {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  readonly source: string | undefined;
  readonly interface: string | undefined;
  readonly mark: string | undefined;
  readonly tos: string | undefined;
  readonly 'flow-label': string | undefined;
  readonly transport: 'auto' | 'raw' | 'unprivileged' | 'raw-socket';
  readonly pcap: string | undefined;
  readonly json: boolean;
  readonly ndjson: boolean;
  readonly n: boolean;
}

/** @throws StackError `USAGE` for both */
export function familyOf(words: ProbeWords): 4 | 6 | undefined {
  if (words.ipv4 && words.ipv6) throw new StackError('USAGE', '-4 and -6 exclude each other');
  if (words.ipv4) return 4;
  return words.ipv6 ? 6 : undefined;
}

/**
 * The interface that probes leave by: the one named by `--interface`, or by the target's zone.
 * @throws StackError `USAGE` when both are named and differ
 */
export function interfaceFor(words: ProbeWords, zone: string | undefined): string | undefined {
  if (zone === undefined || words.interface === undefined || zone === words.interface) return words.interface ?? zone;
  throw new StackError('USAGE', `the address is on ${zone}, but --interface is ${words.interface}`);
}

type SocketOptions = Pick<
  KernelTransportOptions,
  'source' | 'interface' | 'mark' | 'trafficClass' | 'flowLabel' | 'privilege'
>;

/** What the options say about sockets. @throws StackError `USAGE` */
export function socketOptions(words: ProbeWords): SocketOptions {
  const mark = numberOption('--mark', words.mark, { most: 0xffff_ffff });
  const trafficClass = numberOption('--tos', words.tos, { most: 255 });
  const flowLabel = numberOption('--flow-label', words['flow-label'], { most: 0xf_ffff });
  const source = words.source === undefined ? undefined : parseScopedAddress(words.source)?.address;
  if (words.source !== undefined && source === undefined) {
    throw new StackError('USAGE', `--source takes an address, not ${JSON.stringify(words.source)}`);
  }
  const privilege = { auto: 'auto', raw: 'raw', unprivileged: 'none', 'raw-socket': 'raw' } as const;
  return {
    privilege: privilege[words.transport],
    ...(source === undefined ? {} : { source }),
    ...(words.interface === undefined ? {} : { interface: words.interface }),
    ...(mark === undefined ? {} : { mark }),
    ...(trafficClass === undefined ? {} : { trafficClass }),
    ...(flowLabel === undefined ? {} : { flowLabel }),
  };
}

/** Seconds on the command line, milliseconds inside. @throws StackError `USAGE` */
export function secondsOption(name: string, text: string | undefined, least = 0): number | undefined {
  const seconds = numberOption(name, text, { least, fraction: true });
  return seconds === undefined ? undefined : seconds * 1_000;
}
