/** Options of the views of `tapline netstat` that show sockets. @module */
import type { Argv } from 'yargs';
import { parseAddress } from '../../base/address.ts';
import { StackError } from '../../base/errors.ts';
import type { HostSocket, Network, SocketFilter } from '../../inspect/index.ts';
import { optionGroup } from '../option-group.ts';
import { numberOption } from '../options.ts';
import { NetstatGroup } from './netstat-options.ts';

type Protocol = HostSocket['protocol'];
type State = HostSocket['state'];

const MAX_PORT = 65_535;
/** Seconds. */
const MAX_INTERVAL = 86_400;

/** The options as yargs returns them. */
export type SocketWords = ReturnType<typeof socketOptions> extends Argv<infer Words> ? Words : never;

export interface SocketSelection {
  /** Undefined: all. */
  readonly protocols: readonly Protocol[] | undefined;
  readonly states: readonly State[] | undefined;
  readonly filter: SocketFilter;
}

export function socketOptions<T>(command: Argv<T>) {
  const { flag, value } = optionGroup(NetstatGroup.sockets);
  const repetition = optionGroup(NetstatGroup.repetition);
  return command
    .option('tcp', flag('show TCP sockets', { alias: 't' }))
    .option('udp', flag('show UDP sockets', { alias: 'u' }))
    .option('raw', flag('show raw sockets'))
    .option('state', value('show TCP sockets in these states only, for example LISTEN,TIME_WAIT'))
    .option('port', value('show sockets with one of these ports at either end, for example 25,6000-6063'))
    .option('address', value('show sockets with an address or network at either end, for example 10.0.0.0/8'))
    .option('p', flag('show the processes that hold each socket', { alias: 'processes' }))
    .option('info', flag('show TCP information: round trip, windows, retransmissions, rates'))
    .option(
      'watch',
      repetition.value('repeat views 1 to 4 every SECONDS; of sockets, show those that appeared, vanished or changed'),
    );
}

/** @throws StackError `USAGE` */
export function parseSelection(words: SocketWords): SocketSelection {
  const protocols = (['tcp', 'udp', 'raw'] as const).filter((name) => words[name]);
  return {
    // Only TCP has states.
    protocols: protocols.length > 0 ? protocols : words.state === undefined ? undefined : ['tcp'],
    states: words.state === undefined ? undefined : words.state.split(',').map(parseState),
    filter: {
      ...(words.port === undefined ? {} : { ports: words.port.split(',').map(parsePorts) }),
      ...(words.address === undefined ? {} : { networks: words.address.split(',').map(parseNetwork) }),
    },
  };
}

/** Returns the interval in milliseconds; undefined for a single report. @throws StackError `USAGE` */
export function parseWatch({ watch }: Pick<SocketWords, 'watch'>): number | undefined {
  const seconds = numberOption('--watch', watch, { least: 0.1, most: MAX_INTERVAL, fraction: true });
  return seconds === undefined ? undefined : seconds * 1_000;
}

/** Names of FreeBSD, net-tools and ss, without case and punctuation. */
const STATES: Readonly<Record<string, State>> = {
  established: 'established',
  estab: 'established',
  synsent: 'syn-sent',
  synrcvd: 'syn-received',
  synrecv: 'syn-received',
  synreceived: 'syn-received',
  finwait1: 'fin-wait-1',
  finwait2: 'fin-wait-2',
  timewait: 'time-wait',
  closed: 'close',
  close: 'close',
  closewait: 'close-wait',
  lastack: 'last-ack',
  listen: 'listen',
  listening: 'listen',
  closing: 'closing',
};

function parseState(text: string): State {
  const name = text.toLowerCase().replace(/[-_]/g, '');
  const state = Object.hasOwn(STATES, name) ? STATES[name] : undefined;
  if (state !== undefined) return state;
  throw new StackError(
    'USAGE',
    `--state takes states such as ESTABLISHED, LISTEN or TIME_WAIT, not ${JSON.stringify(text)}`,
  );
}

function parsePorts(text: string): readonly [number, number] {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  const [from, to] = [Number(first), Number(last)];
  if (first !== undefined && from <= to && to <= MAX_PORT) return [from, to];
  throw new StackError('USAGE', `--port takes ports such as 25,6000-6063, not ${JSON.stringify(text)}`);
}

function parseNetwork(text: string): Network {
  const [, host = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(host);
  const bits = (address?.length ?? 0) * 8;
  const prefixLength = length === undefined ? bits : Number(length);
  if (address !== undefined && prefixLength <= bits) return { address, prefixLength };
  throw new StackError(
    'USAGE',
    `--address takes addresses and networks such as 10.1.1.1 or fd00::/8, not ${JSON.stringify(text)}`,
  );
}
