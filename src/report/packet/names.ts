/** Names and numbers of addresses, ports and interfaces in a line. @module */
import { portsOfService, serviceNames } from '../../base/service-names.ts';
import { printable } from '../../base/text.ts';
import type { PacketPrintOptions } from './options.ts';

type Transport = 'tcp' | 'udp' | 'sctp';

let builtIn: ReadonlyMap<string, string> | undefined;

/** The first name of a port in the built-in table, like getservbyport(3). */
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

/** Finds names, unless lines are numeric. */
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

  /** `?` without a name, like tcpdump for an interface that the machine does not have. */
  interfaceName(index: number): string {
    return printable(this.#options.names?.interfaceName?.(index) ?? '?');
  }

  /** The interface at the start of a line, padded like the names that tcpdump prints for `any`. */
  source(interfaceIndex: number): string {
    const { sourceName } = this.#options.names ?? {};
    return sourceName === undefined ? '' : `${printable(sourceName(interfaceIndex) ?? '?').padEnd(5)} `;
  }
}
