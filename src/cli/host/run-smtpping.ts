/** Runs `tapline smtpping`: the domains one after another, the sessions of each at the interval. @module */
import { X509Certificate } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { systemClock } from '../../base/clock.ts';
import { defined } from '../../base/defined.ts';
import { messageOf, StackError } from '../../base/errors.ts';
import { smtpTextFormatter } from '../../report/index.ts';
import {
  createTlsContext,
  dnsNameService,
  findMailServers,
  type MailServers,
  type SmtpPingEvent,
  type SmtpPingSummary,
  type SmtpSession,
  SocketTransport,
  serversOf,
  smtpPing,
  type VerdictKind,
} from '../../smtp/index.ts';
import type { CommandContext } from '../context.ts';
import { warnOn } from '../context.ts';
import { ExitCode } from '../exit-code.ts';
import { EventOutput } from '../probe/event-output.ts';
import { listenForStop } from '../stop-signals.ts';
import { readTextFile } from '../text-input.ts';
import { withSessionFile } from './smtpping-file.ts';
import type { SmtppingCommand } from './smtpping-options.ts';

const STATUS: Readonly<Record<VerdictKind, number>> = {
  ok: ExitCode.ok,
  unreachable: ExitCode.noAnswer,
  'no-reply': ExitCode.noAnswer,
  closed: ExitCode.noAnswer,
  stopped: ExitCode.noAnswer,
  rejected: ExitCode.unavailable,
  temporary: ExitCode.temporary,
  greylisted: ExitCode.temporary,
  protocol: ExitCode.protocol,
  plaintext: ExitCode.protocol,
  injection: ExitCode.protocol,
  tls: ExitCode.protocol,
};

export async function runSmtpping(command: SmtppingCommand, context: CommandContext): Promise<void> {
  const { family, server, source, nameServer, lookupTimeout, tlsName, authorityFile, keyLog } = command;
  const tlsContext = await readTlsContext(authorityFile);
  const onKeyLog = keyLog === undefined ? undefined : createKeyLog(keyLog);
  const sockets = { tlsContext, ...defined({ source, serverName: tlsName, onKeyLog }) };
  const names = dnsNameService(defined({ server: nameServer, timeout: lookupTimeout }));
  const clock = systemClock;
  const output = new EventOutput<MailServers | SmtpPingEvent>(context, command.format, smtpTextFormatter(command));
  const stop = listenForStop(context);
  const statuses: number[] = [];
  const warn = warnOn(context);
  const options = { ...command.run, signal: stop.signal };
  const open = (address: SmtpSession['server']) => new SocketTransport(address, clock, sockets);
  const test = async (domain: string): Promise<void> => {
    const found = await findMailServers(domain, { names, clock }, defined({ address: server, family }));
    output.add(found);
    const addresses = serversOf(found, options.port ?? 25);
    await withSessionFile({ path: command.pcap, servers: addresses, warn }, async () => {
      for await (const event of smtpPing(found, { clock, open }, options)) {
        output.add(event);
        if (event.type === 'summary') statuses.push(statusOf(event));
        if (event.type !== 'session' || !command.requiresTls || event.verdict.kind === 'stopped') continue;
        const problem = tlsProblem(event);
        if (problem === undefined) continue;
        warn(`--require-tls: ${event.server.host} (${event.server.address}): ${problem}`);
        statuses.push(ExitCode.protocol);
      }
    });
  };
  try {
    await output.run(async () => {
      for (const domain of command.domains) if (!stop.signal.aborted) await test(domain);
    });
  } finally {
    stop.release();
  }
  const status = Math.max(...statuses);
  if (status > 0) process.exitCode = status;
}

function statusOf({ failure, verdict }: SmtpPingSummary): number {
  if (failure === undefined) return STATUS[verdict];
  return failure === 'timeout' || failure === 'failed' ? ExitCode.noAnswer : ExitCode.noHost;
}

/** Returns why a session does not satisfy `--require-tls`. */
function tlsProblem({ tls }: SmtpSession): string | undefined {
  if (tls === undefined) return 'no TLS';
  if (tls.trustError !== undefined) return `the certificate chain is not trusted (${tls.trustError})`;
  return tls.nameError === undefined ? undefined : `the certificate is not valid for ${tls.serverName}`;
}

/** @throws StackError `FILE_OPEN`, `USAGE` if the file contains no certificate */
async function readTlsContext(path: string | undefined): Promise<ReturnType<typeof createTlsContext>> {
  const text = path === undefined ? undefined : await readTextFile(path);
  try {
    if (text !== undefined) new X509Certificate(text);
    return createTlsContext(text);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new StackError('USAGE', `--ca-file takes certificates in PEM; cannot use ${path}: ${reason}`, { cause });
  }
}

/** Secrets: only the user may read the file. @throws StackError `FILE_CREATE` */
function createKeyLog(path: string): (line: Uint8Array) => void {
  const append = (line: Uint8Array): void => {
    try {
      appendFileSync(path, line, { mode: 0o600 });
    } catch (cause) {
      throw new StackError('FILE_CREATE', `cannot write ${path} (--key-log): ${messageOf(cause)}`, { cause });
    }
  };
  append(new Uint8Array());
  return append;
}
