/** DNS. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { nameOf } from '../format.ts';
import type { Line, Printers } from '../printer.ts';

type DnsLayer = LayerOf<'dns'>;

export const dns: Printers<'dns' | 'bad-dns'> = {
  dns: { text: dnsText, replacesLength: true },
  'bad-dns': { text: badDnsText, replacesLength: true },
  '[|domain]': { text: () => ' [|domain]', replacesLength: true },
};

const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  12: 'PTR',
  13: 'HINFO',
  15: 'MX',
  16: 'TXT',
  17: 'RP',
  18: 'AFSDB',
  28: 'AAAA',
  29: 'LOC',
  33: 'SRV',
  35: 'NAPTR',
  37: 'CERT',
  39: 'DNAME',
  41: 'OPT',
  43: 'DS',
  44: 'SSHFP',
  46: 'RRSIG',
  47: 'NSEC',
  48: 'DNSKEY',
  50: 'NSEC3',
  52: 'TLSA',
  64: 'SVCB',
  65: 'HTTPS',
  99: 'SPF',
  251: 'IXFR',
  252: 'AXFR',
  255: 'ANY',
  257: 'CAA',
};
const CLASSES: Readonly<Record<number, string>> = { 3: ' CHAOS', 4: ' HS', 255: ' ANY' };
const INTERNET = 1;
const OPERATIONS: Readonly<Record<number, string>> = {
  0: '',
  1: ' inv_q',
  2: ' stat',
  4: ' notify',
  5: ' update',
  9: ' updateA',
  10: ' updateD',
  11: ' updateDA',
  12: ' updateM',
  13: ' updateMA',
  14: ' zoneInit',
  15: ' zoneRef',
};
const RESPONSES: Readonly<Record<number, string>> = {
  0: '',
  1: ' FormErr',
  2: ' ServFail',
  3: ' NXDomain',
  4: ' NotImp',
  5: ' Refused',
  6: ' YXDomain',
  7: ' YXRRSet',
  8: ' NXRRSet',
  9: ' NotAuth',
  10: ' NotZone',
  15: ' NoChange',
  16: ' BadVers',
  23: ' BadCookie',
};

const RESPONSE = 0x8000;
const AUTHORITATIVE = 0x0400;
const TRUNCATED = 0x0200;
const RECURSION_DESIRED = 0x0100;
const RECURSION_AVAILABLE = 0x0080;
const AUTHENTIC = 0x0020;
const CHECKING_DISABLED = 0x0010;
/** Bits that a question should not have: all but those above and the operation. */
const ODD_IN_QUESTION = 0x06cf;

function dnsText(layer: DnsLayer, { options, verbosity }: Line): string {
  if (options.quiet === true) return '';
  const operation = (layer.flags >>> 11) & 15;
  const name = nameOf(OPERATIONS, operation, ` op${operation}`);
  const body = (layer.flags & RESPONSE) === 0 ? questionText(layer, name) : responseText(layer, name, verbosity > 0);
  const end = layer.isCut ? ' [|domain]' : ` (${layer.length})`;
  return `${layer.isStream ? ' ' : ''}${layer.identifier}${body}${end}`;
}

function badDnsText({ length }: LayerOf<'bad-dns'>, { options }: Line): string {
  return options.quiet === true ? '' : `domain [length ${length} < 12] (invalid)`;
}

function questionText(layer: DnsLayer, operation: string): string {
  const { flags, counts } = layer;
  const [questions, answers, authorities, additional] = counts;
  const recursion = (flags & RECURSION_DESIRED) === 0 ? '' : '+';
  const checking = (flags & CHECKING_DISABLED) === 0 ? '' : '%';
  const odd = (flags & ODD_IN_QUESTION) === 0 ? '' : ` [b2&3=0x${flags.toString(16)}]`;
  const numbers =
    (answers === 0 ? '' : ` [${answers}a]`) +
    (questions === 1 ? '' : ` [${questions}q]`) +
    (authorities === 0 ? '' : ` [${authorities}n]`) +
    (additional === 0 ? '' : ` [${additional}au]`);
  return `${operation}${recursion}${checking}${odd}${numbers}${layer.questions.map(askedText).join('')}`;
}

function askedText({ name, type, class: dnsClass }: DnsLayer['questions'][number]): string {
  return ` ${typeText(type)}${classText(dnsClass)}? ${name}`;
}

function typeText(type: number): string {
  return nameOf(TYPES, type, `Type${type}`);
}

function classText(dnsClass: number): string {
  return dnsClass === INTERNET ? '' : nameOf(CLASSES, dnsClass, ` (Class ${dnsClass})`);
}

function responseText(layer: DnsLayer, operation: string, withNames: boolean): string {
  const { flags, counts } = layer;
  const { responseCode } = layer;
  const [questions, answers, authorities, additional] = counts;
  const marks =
    ((flags & AUTHORITATIVE) === 0 ? '' : '*') +
    ((flags & RECURSION_AVAILABLE) === 0 ? '-' : '') +
    ((flags & TRUNCATED) === 0 ? '' : '|') +
    ((flags & AUTHENTIC) === 0 ? '' : '$');
  const head = `${operation}${nameOf(RESPONSES, responseCode, ` Resp${responseCode}`)}${marks}${questions === 1 ? '' : ` [${questions}q]`}`;
  return `${head} ${answers}/${authorities}/${additional}${layer.answers.map((answer) => answerText(answer, withNames)).join(',')}`;
}

function answerText({ name, type, class: dnsClass, data }: DnsLayer['answers'][number], withName: boolean): string {
  return `${withName ? ` ${name}` : ''}${classText(dnsClass)} ${typeText(type)}${data === undefined ? '' : ` ${data}`}`;
}
