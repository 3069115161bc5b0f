/** Makes X.509 certificates (RFC 5280) for tests: Node signs them, but has no function that composes them. @module */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isIP } from 'node:net';
import { parseAddress } from '../../src/base/address.ts';

export interface TestCertificate {
  /** Certificate and private key in PEM. */
  readonly certificate: string;
  readonly key: string;
}

export interface TestAuthority extends TestCertificate {
  readonly name: string;
  readonly privateKey: KeyObject;
}

const DAY = 86_400_000;

/** DER tags (ITU-T X.690). */
const Tag = {
  boolean: 1,
  integer: 2,
  bits: 3,
  octets: 4,
  oid: 6,
  utf8: 12,
  utcTime: 23,
  sequence: 48,
  set: 49,
} as const;
const EXPLICIT_0 = 0xa0;
const EXPLICIT_3 = 0xa3;
/** Choices of GeneralName. */
const DNS_NAME = 0x82;
const IP_ADDRESS = 0x87;

const Oid = {
  commonName: Buffer.from('550403', 'hex'),
  ecdsaWithSha256: Buffer.from('2a8648ce3d040302', 'hex'),
  subjectAltName: Buffer.from('551d11', 'hex'),
  basicConstraints: Buffer.from('551d13', 'hex'),
} as const;

/** Creates a certificate authority that is valid for a year. */
export function createAuthority(name: string): TestAuthority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const constraints = der(Tag.sequence, der(Tag.boolean, Buffer.of(255)));
  const extension = der(
    Tag.sequence,
    der(Tag.oid, Oid.basicConstraints),
    der(Tag.boolean, Buffer.of(255)),
    der(Tag.octets, constraints),
  );
  const issuer = { name, privateKey };
  const certificate = compose({ subject: name, publicKey, issuer, days: 365, extensions: [extension] });
  return { name, privateKey, certificate, key: pemOf(privateKey) };
}

/**
 * Issues a certificate for host names and addresses.
 * @param days until it expires; negative for an expired one
 */
export function issueCertificate(issuer: TestAuthority, names: readonly string[], days = 90): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const general = names.map((name) =>
    isIP(name) === 0 ? der(DNS_NAME, Buffer.from(name)) : der(IP_ADDRESS, parseAddress(name) ?? Buffer.alloc(4)),
  );
  const extension = der(Tag.sequence, der(Tag.oid, Oid.subjectAltName), der(Tag.octets, der(Tag.sequence, ...general)));
  const certificate = compose({ subject: names[0] ?? '', publicKey, issuer, days, extensions: [extension] });
  return { certificate, key: pemOf(privateKey) };
}

interface Contents {
  readonly subject: string;
  readonly publicKey: KeyObject;
  readonly issuer: { readonly name: string; readonly privateKey: KeyObject };
  readonly days: number;
  readonly extensions: readonly Uint8Array[];
}

function compose({ subject, publicKey, issuer, days, extensions }: Contents): string {
  const algorithm = der(Tag.sequence, der(Tag.oid, Oid.ecdsaWithSha256));
  const end = Date.now() + days * DAY;
  const body = der(
    Tag.sequence,
    der(EXPLICIT_0, der(Tag.integer, Buffer.of(2))),
    der(Tag.integer, Buffer.of(1 + Math.floor(Math.random() * 126))),
    algorithm,
    nameOf(issuer.name),
    der(Tag.sequence, timeOf(Math.min(Date.now(), end) - DAY), timeOf(end)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(EXPLICIT_3, der(Tag.sequence, ...extensions)),
  );
  const signature = sign('sha256', body, issuer.privateKey);
  const whole = der(Tag.sequence, body, algorithm, der(Tag.bits, Buffer.of(0), signature));
  const lines =
    Buffer.from(whole)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function nameOf(name: string): Uint8Array {
  const attribute = der(Tag.sequence, der(Tag.oid, Oid.commonName), der(Tag.utf8, Buffer.from(name)));
  return der(Tag.sequence, der(Tag.set, attribute));
}

function timeOf(milliseconds: number): Uint8Array {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, '').slice(2, 14);
  return der(Tag.utcTime, Buffer.from(`${digits}Z`));
}

function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = Buffer.concat(parts);
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const size = length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function pemOf(key: KeyObject): string {
  return String(key.export({ type: 'pkcs8', format: 'pem' }));
}
