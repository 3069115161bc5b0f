/** Describes a TLS session and the certificates of the server. @module */
import { checkServerIdentity, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { messageOf } from '../base/errors.ts';
import type { CertificateReport, TlsReport } from './tls-report.ts';

/** Limits for what a hostile server can put into a report. */
const MAX_CHAIN = 10;
const MAX_NAMES = 100;
const MAX_TEXT = 512;

/**
 * @param serverName the name that the certificate must have
 * @param wallTime milliseconds since 1970
 */
export function describeTls(socket: TLSSocket, serverName: string, wallTime: number): TlsReport {
  const certificate = socket.getPeerCertificate(true);
  const chain = describeChain(certificate);
  return {
    protocol: socket.getProtocol() ?? 'unknown',
    cipher: socket.getCipher()?.standardName ?? 'unknown',
    serverName,
    chain,
    trustError: socket.authorized ? undefined : trustErrorOf(socket.authorizationError),
    nameError: nameErrorOf(serverName, certificate),
    expiresIn: (chain[0]?.validTo ?? Number.NaN) - wallTime,
  };
}

/** Node declares an error here and sets its code. */
function trustErrorOf(error: unknown): string {
  if (typeof error === 'string') return error;
  return error instanceof Error && 'code' in error ? String(error.code) : messageOf(error);
}

function nameErrorOf(name: string, certificate: DetailedPeerCertificate): string | undefined {
  try {
    const error = checkServerIdentity(name, certificate);
    return error === undefined ? undefined : cut(('reason' in error && String(error.reason)) || error.message);
  } catch (error) {
    return cut(messageOf(error)); // a malformed list of names
  }
}

function describeChain(first: DetailedPeerCertificate): CertificateReport[] {
  const chain: CertificateReport[] = [];
  let next: DetailedPeerCertificate | undefined = first;
  while (next?.fingerprint256 !== undefined && chain.length < MAX_CHAIN) {
    chain.push(describeCertificate(next));
    const issuer: DetailedPeerCertificate | undefined = next.issuerCertificate;
    next = issuer === next ? undefined : issuer; // a root is its own issuer
  }
  return chain;
}

function describeCertificate(one: DetailedPeerCertificate): CertificateReport {
  const names = one.subjectaltname?.split(', ').slice(0, MAX_NAMES).map(cut) ?? [];
  return {
    subject: nameText(one.subject),
    issuer: nameText(one.issuer),
    names,
    validFrom: Date.parse(one.valid_from),
    validTo: Date.parse(one.valid_to),
    key: keyText(one),
    fingerprint: one.fingerprint256,
  };
}

function nameText(name: object | undefined): string {
  const parts = Object.entries(name ?? {}).flatMap(([key, value]) => [value].flat().map((part) => `${key}=${part}`));
  return cut(parts.join(', '));
}

function keyText({ asn1Curve, nistCurve, bits, modulus }: DetailedPeerCertificate): string {
  if (modulus !== undefined) return `RSA ${bits}`;
  return asn1Curve === undefined ? 'other' : `EC ${nistCurve ?? asn1Curve}`;
}

function cut(text: string): string {
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}
