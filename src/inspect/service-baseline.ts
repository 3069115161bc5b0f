/** Compares the TCP services of a host with a saved list. @module */
import { StackError } from '../base/errors.ts';
import type { TcpService } from './tcp-services.ts';

/** What makes two services the same one: not the process id, which changes with a restart. */
export interface ServiceIdentity {
  /** `-` if no process is known. */
  readonly command: string;
  readonly user: string;
  readonly family: 4 | 6;
  readonly localAddress: string;
  readonly localPort: number;
  /** Path of the program, or `-`. */
  readonly executable: string;
}

export interface ServiceChanges {
  readonly appeared: readonly ServiceIdentity[];
  readonly vanished: readonly ServiceIdentity[];
}

export function serviceIdentity({ process, socket }: Pick<TcpService, 'process' | 'socket'>): ServiceIdentity {
  return {
    command: process?.command ?? '-',
    user: process?.user ?? '-',
    family: socket.family,
    localAddress: socket.localAddress,
    localPort: socket.localPort,
    executable: process?.executable?.path ?? '-',
  };
}

/** Compares without regard to order and number: a server that starts more workers has not changed. */
export function compareServices(before: readonly ServiceIdentity[], now: readonly ServiceIdentity[]): ServiceChanges {
  return { appeared: missingFrom(before, now), vanished: missingFrom(now, before) };
}

function missingFrom(known: readonly ServiceIdentity[], services: readonly ServiceIdentity[]): ServiceIdentity[] {
  const seen = new Set(known.map(keyOf));
  return services.filter((service) => {
    const key = keyOf(service);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function keyOf({ command, user, family, localAddress, localPort, executable }: ServiceIdentity): string {
  return JSON.stringify([command, user, family, localAddress, localPort, executable]);
}

/**
 * Reads a list that was saved as JSON.
 * @param name of the file, for errors
 * @throws StackError `FILE_FORMAT`
 */
export function parseBaseline(text: string, name: string): ServiceIdentity[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw notBaseline(name, cause);
  }
  const services = isRecord(document) ? document['services'] : undefined;
  if (!Array.isArray(services)) throw notBaseline(name);
  return services.map((service) => readIdentity(service) ?? failWith(notBaseline(name)));
}

function readIdentity(service: unknown): ServiceIdentity | undefined {
  if (!isRecord(service) || !isRecord(service['socket'])) return undefined;
  const { family, localAddress, localPort } = service['socket'];
  if ((family !== 4 && family !== 6) || typeof localAddress !== 'string' || typeof localPort !== 'number') {
    return undefined;
  }
  const process = isRecord(service['process']) ? service['process'] : {};
  const executable = isRecord(process['executable']) ? process['executable'] : {};
  return {
    command: textOf(process['command']),
    user: textOf(process['user']),
    family,
    localAddress,
    localPort,
    executable: textOf(executable['path']),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '-';
}

function notBaseline(name: string, cause?: unknown): StackError {
  const advice = 'write one with `tapline tcpservices --write-baseline FILE`';
  return new StackError('FILE_FORMAT', `${name} is not a list of services; ${advice}`, { cause });
}

function failWith(error: StackError): never {
  throw error;
}
