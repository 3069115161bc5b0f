/** The screens of `tapline tcpservices`. @module */
import { printable } from '../../base/text.ts';
import {
  type HostProcess,
  type ServiceChanges,
  type ServiceIdentity,
  serviceIdentity,
  type TcpService,
} from '../../inspect/index.ts';
import { formatColumns, type TableColumn } from './columns.ts';

/** Characters of a command name that are shown, as in lsof(8). */
const COMMAND_LENGTH = 9;
/** Columns of the table, at least; a longer name shifts the rest of its line. */
const COMMAND_WIDTH = 13;
const USER_WIDTH = 9;

const SYSTEM_HEADING = 'System Processes (Note: All processes may not always be present)';
const FEATURE_HEADING = 'Feature Processes';
const WIDE_COLUMNS: readonly TableColumn[] = [
  { title: 'COMMAND' },
  { title: 'PID', right: true },
  { title: 'USER' },
  { title: 'TYPE' },
  { title: 'NAME' },
  { title: 'QUEUE', right: true },
  { title: 'DROPS', right: true },
  { title: 'UNIT' },
  { title: 'PACKAGE' },
  { title: 'EXECUTABLE' },
  { title: 'DESCRIPTION' },
];
const WIDE_GAP = '  ';

/** Formats the descriptions of the programs, and a line for each process that holds a listening socket. */
export function formatTcpServices(services: readonly TcpService[]): string {
  const system = descriptionList(services.filter((service) => service.isSystem));
  const features = descriptionList(services.filter((service) => !service.isSystem));
  const header = tableLine('COMMAND', 'USER', 'TYPE', 'NODE', 'NAME');
  const lines = services.map((service) => serviceLine(serviceIdentity(service)));
  return [SYSTEM_HEADING, ...system, '', FEATURE_HEADING, ...features, '', header, ...lines]
    .map((line) => `${line}\n`)
    .join('');
}

/** Formats what appeared (`+`) and vanished (`-`), and a line with their numbers. */
export function formatServiceChanges({ appeared, vanished }: ServiceChanges): string {
  const lines = [
    ...appeared.map((service) => `+ ${serviceLine(service)}`),
    ...vanished.map((service) => `- ${serviceLine(service)}`),
    `${appeared.length} appeared, ${vanished.length} vanished`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}

/** Formats a line of the table: `nginx        nobody   IPv4 TCP   *:4431`. */
function serviceLine(service: ServiceIdentity): string {
  const command = printable(service.command.slice(0, COMMAND_LENGTH));
  return tableLine(command, printable(service.user), `IPv${service.family}`, 'TCP', listenName(service));
}

/** Formats one line per socket and process, with all that is known. */
export function formatTcpServicesWide(services: readonly TcpService[]): string {
  const rows = services.map((service) => {
    const { process, socket, description } = service;
    return [
      process?.command ?? '-',
      process === undefined ? '-' : String(process.pid),
      process?.user ?? '-',
      `IPv${socket.family}`,
      listenName(socket),
      `${socket.receiveQueue}/${socket.sendQueue}`,
      String(socket.drops ?? '-'),
      service.unit ?? process?.container ?? '-',
      service.package === undefined ? '-' : `${service.package.name} ${service.package.version}`,
      executableText(process),
      description === undefined ? '-' : `${description.text} (${description.source})`,
    ];
  });
  return formatColumns(WIDE_COLUMNS, rows, WIDE_GAP);
}

/** `10.1.1.1:25`, `[fd00:1::1]:25`, `*:25`, as lsof(8) writes the name of a listening socket. */
function listenName({
  family,
  localAddress,
  localPort,
}: Pick<ServiceIdentity, 'family' | 'localAddress' | 'localPort'>): string {
  if (localAddress === '0.0.0.0' || localAddress === '::') return `*:${localPort}`;
  return family === 6 ? `[${localAddress}]:${localPort}` : `${localAddress}:${localPort}`;
}

function tableLine(command: string, user: string, type: string, node: string, name: string): string {
  return `${command.padEnd(COMMAND_WIDTH)}${user.padEnd(USER_WIDTH - 1)} ${type} ${node.padEnd(5)} ${name}`;
}

/** One line for each program, in the order of the table. */
function descriptionList(services: readonly TcpService[]): string[] {
  const texts = new Map<string, string>();
  for (const { process, description } of services) {
    if (process === undefined || texts.has(process.command)) continue;
    texts.set(process.command, description === undefined ? '(no description)' : description.text);
  }
  const names = [...texts.keys()].map(printable);
  const width = Math.max(0, ...names.map((name) => name.length));
  const lines = [...texts.values()].map((text, index) => `${(names[index] ?? '').padEnd(width)} - ${printable(text)}`);
  return lines.length === 0 ? ['(none)'] : lines;
}

function executableText(process: HostProcess | undefined): string {
  const executable = process?.executable;
  if (executable === undefined) return '-';
  return executable.state === 'present' ? executable.path : `${executable.path} (${executable.state})`;
}
