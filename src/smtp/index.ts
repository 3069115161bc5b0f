/** SMTP sessions that test a mail server: lookup, phases with times, TLS, verdict. @module */

export { findMailServers, type MailHost, type MailServers } from './mail-servers.ts';
export { parseHeloName, parseMailbox } from './mailbox.ts';
export { dnsNameService } from './name-service.ts';
export type { SmtpReply } from './reply-reader.ts';
export type {
  Remark,
  ServerAddress,
  SessionVerdict,
  SmtpLine,
  SmtpPhaseEvent,
  SmtpSession,
  VerdictKind,
} from './session-events.ts';
export {
  type ServerSummary,
  type SmtpPingEvent,
  type SmtpPingOptions,
  type SmtpPingSummary,
  serversOf,
  smtpPing,
} from './smtp-ping.ts';
export { createTlsContext, SocketTransport } from './socket-transport.ts';
export type { TlsReport } from './tls-report.ts';
