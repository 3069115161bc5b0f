/** What is known about the TLS session with a server. Text in it is what the server sent: any characters. @module */

export interface CertificateReport {
  /** Distinguished names in one line: `C=US, O=Example, CN=mx.example.com`. */
  readonly subject: string;
  readonly issuer: string;
  /** Subject alternative names: `DNS:mx.example.com`. */
  readonly names: readonly string[];
  /** Milliseconds since 1970; NaN if the date is malformed. */
  readonly validFrom: number;
  readonly validTo: number;
  /** `RSA 2048`, `EC prime256v1`, or another type. */
  readonly key: string;
  /** SHA-256 fingerprint, hexadecimal with colons. */
  readonly fingerprint: string;
}

export interface TlsReport {
  /** `TLSv1.3` */
  readonly protocol: string;
  /** Name by IANA: `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** The name that the certificate must have. */
  readonly serverName: string;
  /** The certificate of the server, then its issuers, as far as sent or known. */
  readonly chain: readonly CertificateReport[];
  /** Why the chain is not trusted, as a code of OpenSSL: `SELF_SIGNED_CERT_IN_CHAIN`. Undefined: it is trusted. */
  readonly trustError: string | undefined;
  /** Why the certificate is not valid for `serverName`. Undefined: it is. */
  readonly nameError: string | undefined;
  /** Milliseconds until the certificate of the server expires; negative afterwards. */
  readonly expiresIn: number;
}
