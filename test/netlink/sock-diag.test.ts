/**
 * Socket diagnosis. The vectors are answers of Linux 6.18; the expected values are those that ss (iproute2 6.1) printed
 * for the same sockets at the same time. Layout: linux/inet_diag.h, linux/tcp.h. @module
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeU16le } from '../../src/base/bytes.ts';
import { addressText, dumpSockets, SocketDecoder, stateMask } from '../../src/netlink/sock-diag.ts';
import { fromHex, toHex } from '../support/hex.ts';
import { ESTABLISHED, LISTENING } from '../support/socket-answers.ts';

const whole = (bytes: Uint8Array) => new SocketDecoder('tcp').decode(bytes, 0, bytes.length);

describe('sockets as ss shows them', () => {
  test('a connection with its TCP information', () => {
    expect(whole(ESTABLISHED)).toEqual({
      protocol: 'tcp',
      family: 4,
      state: 'established',
      localAddress: '127.0.0.1',
      localPort: 43736,
      remoteAddress: '127.0.0.1',
      remotePort: 4242,
      isDualStack: false,
      interfaceIndex: 0,
      receiveQueue: 0,
      sendQueue: 0,
      uid: 0,
      inode: 3530375,
      cookie: '2716',
      timer: undefined,
      expires: 0,
      retransmits: 0,
      drops: 0,
      congestion: 'bbr',
      info: {
        congestionState: 'open',
        sendWindowScale: 10,
        receiveWindowScale: 10,
        retransmitTimeout: 204,
        roundTrip: 0.027,
        roundTripVariation: 0.014,
        minimumRoundTrip: 0.016,
        sendMss: 35328,
        receiveMss: 536,
        pathMtu: 65535,
        notSent: 0,
        bytesAcknowledged: 1001,
        bytesReceived: 0,
        congestionWindow: 11,
        slowStartThreshold: undefined,
        unacknowledged: 0,
        lost: 0,
        retransmitted: 0,
        totalRetransmits: 0,
        reordering: 3,
        segmentsOut: 3,
        segmentsIn: 2,
        pacingRate: 258121113120 / 8,
        deliveryRate: 17664000000 / 8,
      },
    });
  });

  test('a dual-stack listener: queue and backlog', () => {
    expect(whole(LISTENING)).toMatchObject({
      family: 6,
      state: 'listen',
      localAddress: '::',
      localPort: 4242,
      isDualStack: true,
      receiveQueue: 0,
      sendQueue: 7,
      inode: 3530374,
      cookie: '2717',
      drops: 0,
    });
  });

  test('addresses as inet_ntop(3) writes them', () => {
    const text = (hex: string) => addressText(fromHex(hex), 0, hex.length === 8);
    expect(text('0a010101')).toBe('10.1.1.1');
    expect(text('00000000000000000000000000000000')).toBe('::');
    expect(text('00000000000000000000000000000001')).toBe('::1');
    expect(text('0000000000000000000000007f000001')).toBe('::127.0.0.1');
    expect(text('00000000000000000000ffff0a010101')).toBe('::ffff:10.1.1.1');
    expect(text('fd000001000000000000000000000001')).toBe('fd00:1::1');
  });
});

describe('requests', () => {
  test('inet_diag_req_v2: listeners of IPv6 with memory counters', () => {
    const { type, payload } = dumpSockets('tcp', 6, stateMask(['listen', 'syn-received']), { memory: true });
    expect(type).toBe(20);
    expect(toHex(payload)).toBe(`0a06400008040000${'00'.repeat(48)}`);
  });

  test('everything about UDP', () => {
    const { payload } = dumpSockets('udp', 4, undefined, { memory: true, info: true });
    expect(toHex(payload.subarray(0, 8))).toBe('02114a00ff0f0000');
  });
});

describe('hostile answers', () => {
  test('every truncation is rejected, or ends between two attributes', () => {
    const inodes = new Set<number | undefined>();
    for (let length = 0; length < ESTABLISHED.length; length += 1) {
      inodes.add(whole(ESTABLISHED.subarray(0, length))?.inode);
    }
    expect([...inodes]).toEqual([undefined, 3530375]);
    expect(whole(ESTABLISHED.subarray(0, 71))).toBeUndefined();
  });

  test('every length of tcp_info: the fields beyond it are undefined', () => {
    const at = ESTABLISHED.length - 8 - 284;
    for (let length = 4; length < 284; length += 1) {
      const bytes = new Uint8Array(
        [...ESTABLISHED.subarray(0, at + length), 0, 0, 0, 0].slice(0, at + ((length + 3) & ~3)),
      );
      writeU16le(bytes, at, length);
      const info = whole(bytes)?.info;
      expect(info?.roundTrip).toBe(length >= 4 + 72 ? 0.027 : undefined);
      expect(info?.deliveryRate).toBe(length >= 4 + 168 ? 17664000000 / 8 : undefined);
    }
  });

  test('an unknown family or state is no socket', () => {
    for (const [at, value] of [
      [0, 1],
      [1, 0],
      [1, 13],
      [1, 255],
    ] as const) {
      expect(whole(ESTABLISHED.with(at, value))).toBeUndefined();
    }
  });

  test('any bytes decode or are rejected', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (rest) => {
        const bytes = Uint8Array.of(...ESTABLISHED.subarray(0, 72), ...rest);
        const socket = whole(bytes);
        expect(socket?.congestion?.length ?? 0).toBeLessThanOrEqual(rest.length);
      }),
    );
  });
});
