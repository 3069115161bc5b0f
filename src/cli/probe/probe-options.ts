/** Options that all probing commands share. @module */
import type { Argv } from 'yargs';
import { parseScopedAddress } from '../../base/address.ts';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import type { SocketOptions } from '../../probe/index.ts';
import type { ConfinementNeeds } from '../confinement/confinement-plan.ts';
import { userOption } from '../confinement/user-option.ts';
import { optionGroup } from '../option-group.ts';
import { allowOne, numberOption } from '../options.ts';

/** Titles in `--help`. */
export const Group = {
  path: 'Path:',
  targets: 'Targets:',
  probes: 'Probes:',
  timing: 'Timing and limits:',
  sockets: 'Addresses and sockets:',
  output: 'Output:',
} as const;

const MAX_MARK = 0xffff_ffff;
const MAX_FLOW_LABEL = 0xf_ffff;

/** Declares the sockets of a run. */
export function socketOptions<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(Group.sockets);
  const group = Group.sockets;
  return command
    .option('ipv4', flag('use IPv4 only', { alias: '4' }))
    .option('ipv6', flag('use IPv6 only', { alias: '6' }))
    .option('source', value('source address', { alias: 'S' }))
    .option('interface', value('outgoing interface or VRF', { alias: 'I' }))
    .option('mark', value(`firewall mark, 0 to ${MAX_MARK}; needs CAP_NET_ADMIN, or CAP_NET_RAW since Linux 5.17`))
    .option(
      'tos',
      value('type of service (IPv4) or traffic class (IPv6), 0 to 255', { alias: ['z', 'Q'], defaultDescription: '0' }),
    )
    .option('flow-label', value(`IPv6 flow label, 0 to ${MAX_FLOW_LABEL}`, { defaultDescription: '0' }))
    .option('transport', {
      choices: ['auto', 'raw', 'unprivileged', 'raw-socket'] as const,
      default: 'auto' as const,
      group,
      describe: 'kind of sockets; auto uses raw sockets, or unprivileged ones without CAP_NET_RAW',
    })
    .option('Z', userOption(group));
}

/** Declares where results go. The options of one command's own output come before these. */
export function outputOptions<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(Group.output);
  return command
    .option('n', flag('do not resolve addresses to names'))
    .option('pcap', value('write probes and replies to this PCAPNG file'))
    .option('json', flag('print one JSON document at the end'))
    .option('ndjson', flag('print one JSON object per line as events happen'));
}

/** The shared options as yargs returns them. */
export interface ProbeWords {
  readonly ipv4: boolean;
  readonly ipv6: boolean;
  readonly source: string | undefined;
  readonly interface: string | undefined;
  readonly mark: string | undefined;
  readonly tos: string | undefined;
  readonly 'flow-label': string | undefined;
  readonly transport: 'auto' | 'raw' | 'unprivileged' | 'raw-socket';
  readonly Z: string | undefined;
  readonly pcap: string | undefined;
  readonly json: boolean;
  readonly ndjson: boolean;
  readonly n: boolean;
  /** Only some commands have it. */
  readonly v?: boolean;
}

/** The part of a parsed command line that all probing commands have. */
export interface ProbeCommand {
  /** Undefined: either. */
  readonly family: 4 | 6 | undefined;
  readonly format: 'text' | 'json' | 'ndjson';
  /** PCAPNG file for the probes and their replies. */
  readonly pcap: string | undefined;
  readonly resolvesNames: boolean;
  readonly confinement: ConfinementNeeds;
}

/** @throws StackError `USAGE` */
export function parseProbe(words: ProbeWords, { looksUpNames = false } = {}): ProbeCommand {
  allowOne(words, ['ipv4', 'ipv6']);
  allowOne(words, ['json', 'ndjson']);
  return {
    family: words.ipv4 ? 4 : words.ipv6 ? 6 : undefined,
    format: words.json ? 'json' : words.ndjson ? 'ndjson' : 'text',
    pcap: words.pcap,
    resolvesNames: !words.n,
    confinement: parseConfinement(words, looksUpNames),
  };
}

function parseConfinement({ v = false, Z, pcap }: ProbeWords, looksUpNames: boolean): ConfinementNeeds {
  const output = pcap === undefined ? undefined : { path: pcap, isSeries: false, overwrites: false };
  return { isVerbose: v, user: Z, output, looksUpNames };
}

/** @throws StackError `USAGE` */
export function parseSockets(words: ProbeWords): SocketOptions {
  const { source } = words;
  if (source !== undefined && parseScopedAddress(source) === undefined) {
    throw new StackError('USAGE', `--source takes an address, not ${JSON.stringify(source)}`);
  }
  return {
    transport: words.transport,
    ...defined({
      source,
      interface: words.interface,
      mark: numberOption('--mark', words.mark, { most: MAX_MARK }),
      trafficClass: numberOption('--tos', words.tos, { most: 255 }),
      flowLabel: numberOption('--flow-label', words['flow-label'], { most: MAX_FLOW_LABEL }),
    }),
  };
}

/** Converts seconds of the command line to milliseconds. @throws StackError `USAGE` */
export function secondsOption(name: string, text: string | undefined, least = 0): number | undefined {
  const seconds = numberOption(name, text, { least, fraction: true });
  return seconds === undefined ? undefined : seconds * 1_000;
}
