/** Names of ports, from /etc/services. @module */
import { portsOfService, serviceNames } from '../base/service-names.ts';
import { readIfThere } from './read-if-there.ts';

/** Returns the name of a port, or undefined. */
export type ServiceNameOf = (protocol: string, port: number) => string | undefined;

/** Reads services(5); a host without the file has the names of Debian's. */
export function readServiceNames(path = '/etc/services'): ServiceNameOf {
  const names = parse(readIfThere(path)) ?? builtIn();
  return (protocol, port) => names.get(`${port}/${protocol}`);
}

function parse(text: string | undefined): ReadonlyMap<string, string> | undefined {
  if (text === undefined) return undefined;
  const names = new Map<string, string>();
  for (const [, name = '', key = ''] of text.matchAll(/^([^#\s]+)[ \t]+(\d{1,5}\/\w+)/gm)) {
    if (!names.has(key)) names.set(key, name);
  }
  return names;
}

function builtIn(): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const name of serviceNames()) {
    for (const [protocol, port] of Object.entries(portsOfService(name) ?? {})) {
      const key = `${port}/${protocol}`;
      if (!names.has(key)) names.set(key, name);
    }
  }
  return names;
}
