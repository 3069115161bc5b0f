/** ICMP, and the quotes of ICMP and ICMPv6 errors. @module */
import { IpProtocol } from '../../../base/protocol-numbers.ts';
import type { LayerOf } from '../../../dissect/index.ts';
import { Icmp4Type, Unreachable4Code } from '../../../wire/icmp-types.ts';
import { hex, isSameSum, nameOf } from '../format.ts';
import type { Line, Printers } from '../printer.ts';

type Icmp4Layer = LayerOf<'icmp4'>;

export const icmp4: Printers<'icmp4' | 'quote'> = {
  icmp4: { text: icmp4Text },
  quote: { text: quoteText },
};

/** The words before and after the quoted destination, by code. */
const UNREACHABLE: Readonly<Record<number, readonly [before: string, after: string]>> = {
  [Unreachable4Code.net]: ['net ', ' unreachable'],
  [Unreachable4Code.host]: ['host ', ' unreachable'],
  [Unreachable4Code.sourceRouteFailed]: ['', ' unreachable - source route failed'],
  [Unreachable4Code.networkUnknown]: ['net ', ' unreachable - unknown'],
  [Unreachable4Code.hostUnknown]: ['host ', ' unreachable - unknown'],
  [Unreachable4Code.hostIsolated]: ['', ' unreachable - source host isolated'],
  [Unreachable4Code.networkProhibited]: ['net ', ' unreachable - admin prohibited'],
  [Unreachable4Code.hostProhibited]: ['host ', ' unreachable - admin prohibited'],
  [Unreachable4Code.networkTypeOfService]: ['net ', ' unreachable - tos prohibited'],
  [Unreachable4Code.hostTypeOfService]: ['host ', ' unreachable - tos prohibited'],
  [Unreachable4Code.communicationProhibited]: ['host ', ' unreachable - admin prohibited filter'],
  [Unreachable4Code.hostPrecedence]: ['host ', ' unreachable - host precedence violation'],
  [Unreachable4Code.precedenceCutoff]: ['host ', ' unreachable - precedence cutoff'],
};

const TIME_EXCEEDED: Readonly<Record<number, string>> = {
  0: 'time exceeded in-transit',
  1: 'ip reassembly time exceeded',
};

/** `ICMP echo request, id 1, seq 2, length 64` */
function icmp4Text(layer: Icmp4Layer, line: Line): string {
  const { checksum, expectedChecksum } = layer;
  const isBad = line.verbosity > 0 && expectedChecksum !== undefined && !isSameSum(checksum, expectedChecksum);
  const sum = isBad ? ` (wrong icmp cksum ${checksum.toString(16)} (->${expectedChecksum.toString(16)})!)` : '';
  return `ICMP ${messageText(layer, line)}, length ${layer.length}${sum}`;
}

/** The packet that an error quotes follows with `-v`; for ICMPv6 it does not, like in tcpdump. */
function quoteText(_layer: LayerOf<'quote'>, { verbosity, previous }: Line): string | undefined {
  return verbosity > 0 && previous?.kind === 'icmp4' ? '\n\t' : undefined;
}

function messageText(layer: Icmp4Layer, line: Line): string {
  const id = `id ${layer.identifier ?? 0}`;
  const seq = `seq ${layer.sequence ?? 0}`;
  switch (layer.type) {
    case Icmp4Type.echoRequest:
      return `echo request, ${id}, ${seq}`;
    case Icmp4Type.echoReply:
      return `echo reply, ${id}, ${seq}`;
    case Icmp4Type.destinationUnreachable:
      return unreachableText(layer, line);
    case Icmp4Type.sourceQuench:
      return 'source quench';
    case Icmp4Type.redirect:
      return redirectText(layer, line);
    case Icmp4Type.routerSolicitation:
      return 'router solicitation';
    case Icmp4Type.routerAdvertisement:
      return `router advertisement lifetime ${lifetimeText(layer.lifetime ?? 0)}`;
    case Icmp4Type.timeExceeded:
      return nameOf(TIME_EXCEEDED, layer.code, `time exceeded-#${layer.code}`);
    case Icmp4Type.parameterProblem:
      return layer.code === 0
        ? `parameter problem - octet ${layer.pointer ?? 0}`
        : `parameter problem - code ${layer.code}`;
    case Icmp4Type.timestampRequest:
      return `time stamp query ${id} ${seq}`;
    case Icmp4Type.timestampReply: {
      const [origin, receive, transmit] = layer.times ?? [0, 0, 0];
      return `time stamp reply ${id} ${seq}: org ${dayTime(origin)}, recv ${dayTime(receive)}, xmit ${dayTime(transmit)}`;
    }
    case Icmp4Type.maskRequest:
      return 'address mask request';
    case Icmp4Type.maskReply:
      return `address mask is ${hex(layer.mask ?? 0, 8)}`;
    default:
      return `type-#${layer.type}`;
  }
}

function unreachableText(layer: Icmp4Layer, line: Line): string {
  const { quoted, code } = layer;
  const destination = line.names.host(quoted?.destination ?? '');
  switch (code) {
    case Unreachable4Code.protocol:
      return `${destination} protocol ${quoted?.protocol ?? 0} unreachable`;
    case Unreachable4Code.port: {
      const port = quoted?.destinationPort ?? 0;
      if (quoted?.protocol === IpProtocol.tcp)
        return `${destination} tcp port ${line.names.port(port, 'tcp')} unreachable`;
      if (quoted?.protocol === IpProtocol.udp)
        return `${destination} udp port ${line.names.port(port, 'udp')} unreachable`;
      return `${destination} protocol ${quoted?.protocol ?? 0} port ${port} unreachable`;
    }
    case Unreachable4Code.fragmentationNeeded:
      return `${destination} unreachable - need to frag${layer.nextHopMtu ? ` (mtu ${layer.nextHopMtu})` : ''}`;
    default: {
      const words = UNREACHABLE[code];
      return words === undefined ? `${destination} unreachable - #${code}` : `${words[0]}${destination}${words[1]}`;
    }
  }
}

function redirectText(layer: Icmp4Layer, line: Line): string {
  const destination = line.names.host(layer.quoted?.destination ?? '');
  const gateway = line.names.host(layer.gateway ?? '');
  switch (layer.code) {
    case 0:
      return `redirect ${destination} to net ${gateway}`;
    case 1:
      return `redirect ${destination} to host ${gateway}`;
    case 2:
      return `redirect-tos ${destination} to net ${gateway}`;
    case 3:
      return `redirect-tos ${destination} to host ${gateway}`;
    default:
      return `redirect-#${layer.code} ${destination} to ${gateway}`;
  }
}

function lifetimeText(seconds: number): string {
  const pad = (value: number): string => String(Math.trunc(value)).padStart(2, '0');
  if (seconds < 60) return `${seconds}`;
  if (seconds < 3600) return `${Math.trunc(seconds / 60)}:${pad(seconds % 60)}`;
  return `${Math.trunc(seconds / 3600)}:${pad((seconds / 60) % 60)}:${pad(seconds % 60)}`;
}

/** Milliseconds since midnight. Times with the high bit set, in units of the sender (RFC 792), print the same way. */
function dayTime(milliseconds: number): string {
  const pad = (value: number, width: number): string => String(Math.trunc(value)).padStart(width, '0');
  const seconds = milliseconds / 1000;
  const clock = `${pad(seconds / 3600, 2)}:${pad((seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  return `${clock}.${pad(milliseconds % 1000, 3)}`;
}
