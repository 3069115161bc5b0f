/** Options of the commands that follow a path. @module */
import type { Argv } from 'yargs';
import { defined } from '../../base/defined.ts';
import { StackError } from '../../base/errors.ts';
import { optionGroup } from '../option-group.ts';
import { numberOption } from '../options.ts';
import { Group, type ProbeWords } from './probe-options.ts';

/** Where two commands differ. */
export interface PathDefaults {
  readonly protocol: 'udp' | 'icmp';
  readonly maxHops: number;
}

export const PATH_EXIT_STATUS =
  'Exit status: 0 target reached, 1 target not reached, or error, 2 usage error, 3 missing privilege, ' +
  '4 no such interface, 5 disk full (--pcap), 6 damaged file (--asn-file), 68 unknown host.';

const MAX_HOP = 255;
const MAX_PORT = 65_535;

/** Declares the path and its probes. */
export function pathOptions<T>(command: Argv<T>, defaults: PathDefaults) {
  const { flag, value } = optionGroup(Group.path);
  const group = Group.path;
  return command
    .option('f', value('first hop to probe', { alias: 'first-hop', defaultDescription: '1' }))
    .option(
      'm',
      value('last hop to probe, up to 255', { alias: 'max-hops', defaultDescription: String(defaults.maxHops) }),
    )
    .option('P', {
      alias: 'protocol',
      choices: ['udp', 'icmp', 'tcp'] as const,
      default: defaults.protocol as 'udp' | 'icmp' | 'tcp',
      group,
      describe: 'protocol of the probes',
    })
    .option('p', value('destination port', { alias: 'port', defaultDescription: '33434 for UDP, 80 for TCP' }))
    .option(
      'classic',
      flag('increment the UDP port with each probe; by default all probes keep one flow (Paris traceroute)'),
    );
}

/** Declares the output of each hop. */
export function hopOptions<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(Group.output);
  return command
    .option('e', flag('show MPLS labels and other ICMP extensions (RFC 4884)', { alias: 'extensions' }))
    .option(
      'asn-file',
      value('show AS numbers and countries from this local file (GeoLite2, RouteViews or iptoasn format)'),
    )
    .option('hide', value('hide the addresses and names of the first N hops'));
}

interface PathWords extends ProbeWords {
  readonly f: string | undefined;
  readonly m: string | undefined;
  readonly P: 'udp' | 'icmp' | 'tcp';
  readonly p: string | undefined;
  readonly classic: boolean;
  readonly e: boolean;
  readonly 'asn-file': string | undefined;
  readonly hide: string | undefined;
}

/** The part of a parsed command line that both commands have. */
export interface PathCommand {
  readonly host: string;
  readonly showsExtensions: boolean;
  /** File with AS numbers. */
  readonly originFile: string | undefined;
  readonly hiddenHops: number;
}

/** @throws StackError `USAGE` */
export function parsePath(words: PathWords & { readonly host: string }): PathCommand {
  const hiddenHops = numberOption('--hide', words.hide, { most: MAX_HOP }) ?? 0;
  if (hiddenHops > 0 && words.pcap !== undefined) {
    throw new StackError('USAGE', '--hide and --pcap exclude each other: the file would contain the hidden hops');
  }
  return { host: words.host, showsExtensions: words.e, originFile: words['asn-file'], hiddenHops };
}

/** @throws StackError `USAGE` */
export function parsePathProbes(words: PathWords, defaults: PathDefaults) {
  if (words.P === 'icmp' && words.p !== undefined) {
    throw new StackError('USAGE', '-p needs UDP or TCP probes; add -P udp or -P tcp');
  }
  if (words.P !== 'udp' && words.classic) throw new StackError('USAGE', '--classic needs UDP probes; add -P udp');
  const maxHops = numberOption('-m', words.m, { least: 1, most: MAX_HOP }) ?? defaults.maxHops;
  return {
    protocol: words.P,
    isClassic: words.classic,
    maxHops,
    ...defined({
      firstHop: numberOption('-f', words.f, { least: 1, most: maxHops }),
      port: numberOption('-p', words.p, { least: 1, most: MAX_PORT }),
    }),
  };
}
