/**
 * The journal of a pending change: what to restore, and until when it may be confirmed. One JSON text per line, each with
 * a checksum, so that a damaged journal is restored as far as it can be read. @module
 */
import { crc32 } from 'node:zlib';
import { jsonText } from '../base/text.ts';
import type { Lifetime, ObjectKind } from '../netlink/index.ts';
import type { PersistentFile } from './persist/persistent-file.ts';
import type { Snapshot, SnapshotScope } from './snapshot.ts';

/** An address that is watched after the change. */
export interface WatchedAddress {
  readonly address: string;
  readonly role: 'gateway' | 'session peer';
}

export interface JournalHeader {
  readonly id: string;
  /** `MTU of eth0: 1400`; may contain hostile text. */
  readonly title: string;
  readonly phase: 'applying' | 'applied';
  /** /proc/sys/kernel/random/boot_id: a snapshot is valid for one boot. */
  readonly bootId: string;
  /** Milliseconds of the monotonic clock at which the change is rolled back. */
  readonly deadline: number;
  /** Interfaces that the change creates. */
  readonly created: readonly string[];
  readonly watched: readonly WatchedAddress[];
  /** Written when the change is confirmed. */
  readonly files: readonly PersistentFile[];
  readonly takenAt: number;
  readonly scope: SnapshotScope;
}

export interface Journal {
  /** Undefined if its line is damaged. */
  readonly header: JournalHeader | undefined;
  readonly snapshot: Snapshot;
  /** Lines that could not be read. */
  readonly damagedLines: number;
}

type Line =
  | { readonly kind: 'header'; readonly header: JournalHeader }
  | { readonly kind: 'object'; readonly object: ObjectKind; readonly payload: string; readonly lifetime?: Lifetime }
  | { readonly kind: 'setting'; readonly path: string; readonly value: string }
  | { readonly kind: 'media'; readonly media: Snapshot['media'] }
  | { readonly kind: 'multicast'; readonly rejects: boolean }
  | { readonly kind: 'group'; readonly group: string }
  | { readonly kind: 'end'; readonly lines: number };

export function encodeJournal(header: JournalHeader, snapshot: Snapshot): string {
  const lines: Line[] = [
    { kind: 'header', header },
    ...snapshot.objects.map(
      ({ kind, payload, lifetime }): Line => ({
        kind: 'object',
        object: kind,
        payload: Buffer.from(payload).toString('hex'),
        ...(lifetime === undefined ? {} : { lifetime }),
      }),
    ),
    ...[...snapshot.settings].map(([path, value]): Line => ({ kind: 'setting', path, value })),
    ...(snapshot.media === undefined ? [] : [{ kind: 'media', media: snapshot.media } as const]),
    ...(snapshot.rejectsMulticast === undefined
      ? []
      : [{ kind: 'multicast', rejects: snapshot.rejectsMulticast } as const]),
    ...snapshot.groups.map((group): Line => ({ kind: 'group', group })),
  ];
  return [...lines, { kind: 'end', lines: lines.length } as const].map(encodeLine).join('');
}

/** Reads a journal of any content. */
export function decodeJournal(text: string): Journal {
  const texts = text.split('\n').filter((line) => line !== '');
  const lines = texts.flatMap((line) => decodeLine(line) ?? []);
  const end = lines.find((line) => line.kind === 'end');
  const header = lines.find((line) => line.kind === 'header')?.header;
  const missing = end === undefined ? 1 : Math.max(0, end.lines - (texts.length - 1));
  const objects = lines.flatMap((line) =>
    line.kind === 'object'
      ? { kind: line.object, payload: new Uint8Array(Buffer.from(line.payload, 'hex')), lifetime: line.lifetime }
      : [],
  );
  return {
    header,
    damagedLines: texts.length - lines.length + missing,
    snapshot: {
      scope: header?.scope ?? scopeOf(lines),
      takenAt: header?.takenAt ?? Number(process.hrtime.bigint() / 1_000_000n),
      objects,
      settings: new Map(lines.flatMap((line) => (line.kind === 'setting' ? [[line.path, line.value] as const] : []))),
      media: lines.find((line) => line.kind === 'media')?.media,
      rejectsMulticast: lines.find((line) => line.kind === 'multicast')?.rejects,
      groups: lines.flatMap((line) => (line.kind === 'group' ? line.group : [])),
    },
  };
}

/** The scope of a journal without header: the interfaces whose lines can be read. */
function scopeOf(lines: readonly Line[]): SnapshotScope {
  const links = lines.flatMap((line) =>
    line.kind === 'object' && line.object === 'link' ? Buffer.from(line.payload, 'hex').readInt32LE(4) : [],
  );
  const media = lines.find((line) => line.kind === 'media')?.media?.interfaceIndex;
  return {
    interfaces: links,
    settings: lines.flatMap((line) => (line.kind === 'setting' ? line.path : [])),
    media,
    multicastRule: lines.some((line) => line.kind === 'multicast'),
  };
}

const CHECKSUM_LENGTH = 8;

function encodeLine(line: Line): string {
  const text = jsonText(line);
  return `${checksumOf(text)} ${text}\n`;
}

function decodeLine(line: string): Line | undefined {
  const text = line.slice(CHECKSUM_LENGTH + 1);
  if (line.slice(0, CHECKSUM_LENGTH) !== checksumOf(text)) return undefined;
  try {
    return JSON.parse(text) as Line; // written by us: the checksum holds
  } catch {
    return undefined;
  }
}

function checksumOf(text: string): string {
  return crc32(text).toString(16).padStart(CHECKSUM_LENGTH, '0');
}
