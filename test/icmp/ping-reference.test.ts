import { describe, expect, test } from 'vitest';
import { directNetwork, simulatePing } from '../support/simulate.ts';

/** Output of ping in the ESA packet capture document, "ping". */
const REFERENCE = `PING google.com (216.58.194.206): 56 data bytes
64 bytes from 216.58.194.206: icmp_seq=0 ttl=56 time=2.095 ms
64 bytes from 216.58.194.206: icmp_seq=1 ttl=56 time=1.824 ms
64 bytes from 216.58.194.206: icmp_seq=2 ttl=56 time=2.005 ms
64 bytes from 216.58.194.206: icmp_seq=3 ttl=56 time=1.939 ms
64 bytes from 216.58.194.206: icmp_seq=4 ttl=56 time=1.868 ms
64 bytes from 216.58.194.206: icmp_seq=5 ttl=56 time=1.963 ms

--- google.com ping statistics ---
6 packets transmitted, 6 packets received, 0.0% packet loss
round-trip min/avg/max/stddev = 1.824/1.949/2.095/0.088 ms
`;

const google = directNetwork(
  { delay: [2.095, 1.824, 2.005, 1.939, 1.868, 1.963], replyHopLimit: 56 },
  { target: '216.58.194.206' },
);

describe('the reference output of ping', () => {
  test('is reproduced byte for byte', async () => {
    const address = Uint8Array.of(216, 58, 194, 206);
    const run = await simulatePing(google, { target: 'google.com', address, count: 6 });
    expect(run.text).toBe(REFERENCE);
  });

  test('ends in the same way when interrupted after the sixth reply', async () => {
    const address = Uint8Array.of(216, 58, 194, 206);
    const run = await simulatePing(google, { target: 'google.com', address, signalAt: 5_500 });
    expect(run.text).toBe(REFERENCE);
    expect(run.summary.pending).toBe(0);
  });

  test('takes exactly five intervals', async () => {
    const run = await simulatePing(google, { count: 6 });
    expect(run.elapsed).toBeCloseTo(5_001.963, 6);
  });
});
