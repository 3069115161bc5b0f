/**
 * Files of /proc/net. The lines of softnet_stat are those of `softnet_seq_show` (net/core/net-procfs.c): processed,
 * dropped, time_squeeze, six zeros, cpu_collision (0), received_rps, flow_limit_count, backlog, processor. @module
 */
import { expect, test } from 'vitest';
import { parseListener, parseSoftnet } from '../../src/inspect/host-drops.ts';

test('softnet_stat is summed over processors; numbers are hexadecimal', () => {
  const text = [
    '0000a1b2 00000010 00000002 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000003 00000000 00000000',
    '0000a1b2 00000001 0000000a 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001 00000000 00000001',
    '',
  ].join('\n');
  expect(parseSoftnet(text)).toEqual({ dropped: 17, squeezed: 12, flowLimited: 4 });
});

test('ListenOverflows and ListenDrops are found by name', () => {
  const text = 'TcpExt: SyncookiesSent ListenOverflows ListenDrops\nTcpExt: 1 16 17\nIpExt: InNoRoutes\nIpExt: 4\n';
  expect(parseListener(text)).toEqual({ overflows: 16, drops: 17 });
});

test.each(['', 'TcpExt:', 'TcpExt: ListenDrops\nTcpExt: x', '\u0000', '-1 -1 -1'])('%j has no counters', (text) => {
  expect(parseListener(text)).toEqual({ overflows: 0, drops: 0 });
  expect(parseSoftnet(text)).toEqual({ dropped: 0, squeezed: 0, flowLimited: 0 });
});
