/** Addresses and ports as a line shows them. @module */
import { portsOfService, serviceNames } from '../base/service-names.ts';
import { printable } from '../base/text.ts';
import type { PacketPrintOptions } from './packet-options.ts';

type Transport = 'tcp' | 'udp' | 'sctp';

let builtIn: ReadonlyMap<string, string> | undefined;

/** The first name that the built-in table gives a port, as getservbyport(3) would answer. */
function serviceOfPort(port: number, protocol: Transport): string | undefined {
  if (builtIn === undefined) {
    const names = new Map<string, string>();
    for (const name of serviceNames()) {
      const ports = portsOfService(name);
      for (const transport of ['tcp', 'udp', 'sctp'] as const) {
        const key = `${transport} ${ports?.[transport]}`;
        if (ports?.[transport] !== undefined && !names.has(key)) names.set(key, name);
      }
    }
    builtIn = names;
  }
  return builtIn.get(`${protocol} ${port}`);
}

/** `host.port`, by name or by number. */
export class EndpointNames {
  readonly #options: PacketPrintOptions;

  constructor(options: PacketPrintOptions) {
    this.#options = options;
  }

  host(address: string): string {
    if (this.#options.numeric === true) return address;
    const name = this.#options.names?.host?.(address);
    return name === undefined ? address : printable(name);
  }

  port(port: number, protocol: Transport): string {
    if (this.#options.numeric === true) return String(port);
    const { service } = this.#options.names ?? {};
    if (service === undefined) return serviceOfPort(port, protocol) ?? String(port);
    return printable(service(port, protocol) ?? String(port));
  }

  /** tcpdump prints `?` where the machine has no such interface, and it cannot know another machine's. */
  interfaceName(index: number): string {
    return printable(this.#options.names?.interfaceName?.(index) ?? '?');
  }

  /** What a line begins with where a capture has several interfaces: as wide as tcpdump makes names on `any`. */
  source(interfaceIndex: number): string {
    const { sourceName } = this.#options.names ?? {};
    return sourceName === undefined ? '' : `${printable(sourceName(interfaceIndex) ?? '?').padEnd(5)} `;
  }
}
