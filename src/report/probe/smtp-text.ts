/** Formats the events of `tapline smtpping`. @module */
import { printable } from '../../base/text.ts';
import type {
  MailHost,
  MailServers,
  ServerAddress,
  ServerSummary,
  SmtpLine,
  SmtpPhaseEvent,
  SmtpPingEvent,
  SmtpPingSummary,
  SmtpSession,
  TlsReport,
} from '../../smtp/index.ts';
import { PHASE_NAMES, replyText, smtpLookupFailureText, smtpRemarkText, smtpVerdictText } from './smtp-verdict-text.ts';

export interface SmtpTextStyle {
  /** Prints the transcript. */
  readonly isVerbose: boolean;
  /** Prints the summary only. */
  readonly isQuiet: boolean;
}

const LABEL_WIDTH = 10;
const TIME_WIDTH = 10;
/** Begin of lines without label and time. */
const CONTINUED = ' '.repeat(LABEL_WIDTH + TIME_WIDTH + 8);

/**
 * Returns a function that formats events. The first session with a server is shown phase by phase, the others in a line
 * each, unless the transcript is shown.
 */
export function smtpTextFormatter(style: SmtpTextStyle): (event: MailServers | SmtpPingEvent) => string {
  const seen = new Set<string>();
  let isDetailed = false;
  return (event) => {
    if (event.type === 'summary') return summaryText(event);
    if (style.isQuiet) return '';
    if (event.type === 'servers') return serversText(event);
    if (event.type === 'start') {
      const name = serverText(event.server);
      isDetailed = style.isVerbose || !seen.has(name);
      seen.add(name);
      return isDetailed ? `\n${name}: session ${event.sequence + 1}\n` : '';
    }
    if (event.type === 'line') return style.isVerbose ? transcriptLine(event) : '';
    if (event.type === 'phase') return isDetailed ? phaseText(event, style) : '';
    return isDetailed ? sessionText(event) : sessionLine(event);
  };
}

function serverText({ host, address, port }: ServerAddress): string {
  return `${host === address ? host : `${printable(host)} (${address})`} port ${port}`;
}

function serversText(found: MailServers): string {
  const { domain, origin, hosts, omitted, failure, time } = found;
  const what =
    failure === undefined
      ? { mx: 'mail exchangers', implicit: 'no MX record, its own addresses are used', given: 'address given' }[origin]
      : smtpLookupFailureText(found);
  const took = origin === 'given' ? '' : `, lookup ${time.toFixed(3)} ms`;
  const left = omitted === 0 ? '' : `  ${omitted} more hosts or addresses are not shown and not used\n`;
  const shown = origin === 'given' ? [] : hosts; // the session names it
  return `SMTPPING ${printable(domain)}: ${what}${took}\n${shown.map(hostText).join('')}${left}`;
}

function hostText({ name, preference, addresses, failure }: MailHost): string {
  const rank = preference === undefined ? '' : `${preference} `;
  const list = addresses.length === 0 ? 'no address' : addresses.join(', ');
  const isTransient = failure === 'timeout' || failure === 'failed';
  const note = isTransient ? ` (an address lookup ${failure === 'timeout' ? 'timed out' : 'failed'})` : '';
  return `  ${rank}${printable(name)}: ${list}${note}\n`;
}

/** The marks are those of swaks. */
function transcriptLine({ direction, isSecured, text, isCut }: SmtpLine): string {
  const mark = direction === 'sent' ? (isSecured ? ' ~> ' : ' -> ') : isSecured ? '<~  ' : '<-  ';
  return `${mark}${printable(text)}${isCut ? ' [cut]' : ''}\n`;
}

function phaseText({ phase, time, reply, capabilities, tls }: SmtpPhaseEvent, { isVerbose }: SmtpTextStyle): string {
  const text = reply === undefined || isVerbose ? '' : replyText({ ...reply, lines: reply.lines.slice(0, 1) });
  const more = [];
  if (tls !== undefined) more.push(...tlsLines(tls));
  if (capabilities !== undefined && !isVerbose && capabilities.keywords.length > 0) {
    more.push(capabilities.keywords.join(', '));
  }
  const [first = '', ...rest] = text === '' ? more : [text, ...more];
  return `${labelled(PHASE_NAMES[phase], time)}  ${printable(first)}`.trimEnd().concat('\n', ...rest.map(continued));
}

function labelled(label: string, time: number): string {
  return `  ${label.padEnd(LABEL_WIDTH)} ${time.toFixed(3).padStart(TIME_WIDTH)} ms`;
}

function continued(text: string): string {
  return `${CONTINUED}${printable(text)}\n`;
}

function tlsLines({ protocol, cipher, serverName, chain, trustError, nameError }: TlsReport): string[] {
  const lines = [`${protocol} ${cipher}`];
  for (const [depth, { subject, issuer, key, validTo, names }] of chain.entries()) {
    const expiry = Number.isNaN(validTo) ? 'unknown' : new Date(validTo).toISOString().slice(0, 10);
    const alternatives = depth > 0 || names.length === 0 ? '' : `, for ${names.join(' ')}`;
    lines.push(`certificate ${depth}: ${subject}${alternatives}, issued by ${issuer}, ${key}, until ${expiry}`);
  }
  lines.push(trustError === undefined ? 'chain: trusted' : `chain: not trusted (${trustError})`);
  lines.push(
    nameError === undefined ? `name: valid for ${serverName}` : `name: not valid for ${serverName}: ${nameError}`,
  );
  return lines;
}

function sessionText(session: SmtpSession): string {
  const { plain, secured } = session.capabilities;
  const mechanisms = (secured ?? plain)?.authMechanisms ?? [];
  const when = secured === undefined || plain === undefined ? '' : changeText(plain.authMechanisms, mechanisms);
  const auth = mechanisms.length === 0 ? '' : `  AUTH mechanisms: ${printable(mechanisms.join(' '))}${when}\n`;
  const remarks = session.remarks.map((remark) => `  note: ${smtpRemarkText(remark)}\n`).join('');
  return (
    `${labelled(PHASE_NAMES.total, session.time)}\n${auth}${remarks}` +
    `  verdict: ${smtpVerdictText(session.verdict)}\n`
  );
}

function changeText(before: readonly string[], after: readonly string[]): string {
  if (before.join() === after.join()) return ' (the same before TLS)';
  return before.length === 0 ? ' (none before TLS)' : ` (before TLS: ${printable(before.join(' '))})`;
}

function sessionLine({ server, sequence, phases, time, verdict }: SmtpSession): string {
  const times = Object.entries(phases).map(
    ([phase, value]) => `${PHASE_NAMES[phase as SmtpPhaseEvent['phase']]} ${value.toFixed(3)}`,
  );
  const all = [...times, `total ${time.toFixed(3)} ms`].join(', ');
  return `${serverText(server)}: session ${sequence + 1}: ${all}: ${smtpVerdictText(verdict)}\n`;
}

function summaryText({ domain, failure, servers, verdict }: SmtpPingSummary): string {
  const head = `\n--- ${printable(domain)} SMTP statistics ---\n`;
  if (failure !== undefined) return `${head}${smtpLookupFailureText({ failure, detail: undefined })}\n`;
  return `${head}${servers.map(serverSummaryText).join('')}verdict: ${verdict}\n`;
}

function serverSummaryText({ server, sessions, verdicts, figures }: ServerSummary): string {
  const counts = Object.entries(verdicts).map(([kind, count]) => `${count} ${kind}`);
  const shown = sessions === 1 ? [] : figures; // they repeat the phases of the session
  const lines = shown.map(({ phase, min, mean, max, deviation }) => {
    const values = [min, mean, max, deviation].map((value) => value.toFixed(3));
    return `  ${PHASE_NAMES[phase].padEnd(LABEL_WIDTH)} min/avg/max/stddev = ${values.join('/')} ms\n`;
  });
  return `${serverText(server)}: ${sessions} ${sessions === 1 ? 'session' : 'sessions'}, ${counts.join(', ')}\n${lines.join('')}`;
}
