/** Formats an ICMP error as ping(8) does. @module */
import type { PingError } from '../../icmp/index.ts';
import { Icmp4Type, Icmp6Type, TimeExceededCode, Unreachable4Code, Unreachable6Code } from '../../wire/icmp-types.ts';

type IcmpErrorFields = Pick<PingError, 'family' | 'icmpType' | 'code' | 'mtu' | 'pointer' | 'gateway'>;

const UNREACHABLE4: Readonly<Record<number, string>> = {
  [Unreachable4Code.net]: 'Destination Net Unreachable',
  [Unreachable4Code.host]: 'Destination Host Unreachable',
  [Unreachable4Code.protocol]: 'Destination Protocol Unreachable',
  [Unreachable4Code.port]: 'Destination Port Unreachable',
  [Unreachable4Code.sourceRouteFailed]: 'Source Route Failed',
  [Unreachable4Code.communicationProhibited]: 'Communication prohibited by filter',
};

const UNREACHABLE6: Readonly<Record<number, string>> = {
  [Unreachable6Code.noRoute]: 'No Route to Destination',
  [Unreachable6Code.prohibited]: 'Destination Administratively Unreachable',
  [Unreachable6Code.beyondScope]: 'Destination Unreachable Beyond Scope',
  [Unreachable6Code.address]: 'Destination Host Unreachable',
  [Unreachable6Code.port]: 'Destination Port Unreachable',
};

const REDIRECTS: readonly string[] = [
  'Redirect Network',
  'Redirect Host',
  'Redirect Type of Service and Network',
  'Redirect Type of Service and Host',
];

const PROBLEMS6: readonly string[] = ['Erroneous Header', 'Unrecognized Next Header', 'Unrecognized Option'];

/** Returns `Destination Host Unreachable`, `frag needed and DF set (MTU 1400)` and the like. */
export function icmpErrorText(error: IcmpErrorFields): string {
  return error.family === 4 ? text4(error) : text6(error);
}

function text4({ icmpType, code, mtu, pointer, gateway }: IcmpErrorFields): string {
  switch (icmpType) {
    case Icmp4Type.destinationUnreachable:
      if (code === Unreachable4Code.fragmentationNeeded) return `frag needed and DF set (MTU ${mtu})`;
      return UNREACHABLE4[code] ?? `Dest Unreachable, Bad Code: ${code}`;
    case Icmp4Type.sourceQuench:
      return 'Source Quench';
    case Icmp4Type.redirect:
      return `${REDIRECTS[code] ?? `Redirect, Bad Code: ${code}`}(New addr: ${gateway ?? 'unknown'})`;
    case Icmp4Type.timeExceeded:
      return timeExceeded(code);
    case Icmp4Type.parameterProblem:
      return `Parameter problem: pointer = 0x${pointer.toString(16).padStart(2, '0')}`;
    default:
      return `Bad ICMP type: ${icmpType}`;
  }
}

function text6({ icmpType, code, mtu, pointer }: IcmpErrorFields): string {
  switch (icmpType) {
    case Icmp6Type.destinationUnreachable:
      return UNREACHABLE6[code] ?? `Destination Unreachable, Bad Code: ${code}`;
    case Icmp6Type.packetTooBig:
      return `Packet too big mtu = ${mtu}`;
    case Icmp6Type.timeExceeded:
      return timeExceeded(code);
    case Icmp6Type.parameterProblem: {
      const problem = PROBLEMS6[code] ?? `Bad code(${code})`;
      return `Parameter problem: ${problem} pointer = 0x${pointer.toString(16).padStart(2, '0')}`;
    }
    default:
      return `Unknown ICMP type: ${icmpType}`;
  }
}

function timeExceeded(code: number): string {
  if (code === TimeExceededCode.transit) return 'Time to live exceeded';
  return code === TimeExceededCode.reassembly ? 'Frag reassembly time exceeded' : `Time exceeded, Bad Code: ${code}`;
}
