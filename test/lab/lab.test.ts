/** The lab's traffic is real: it is seen by a peer's capture, and by the kernels it runs through. @module */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLab, exchangeTcp, type Lab, pingAddress, sendFrames, sendUdp, twoHosts } from '../../src/lab/index.ts';

describe('two hosts on a wire', () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await createLab(twoHosts({ mtu: 9000 }));
  });
  afterAll(() => lab.close());

  test('TCP carries data both ways', async () => {
    const request = new TextEncoder().encode('MAIL FROM:<a@example.com>\r\n');
    const reply = new Uint8Array(200_000).map((_, index) => index);
    const exchange = await exchangeTcp(lab.host('left'), lab.host('right'), { request, reply, port: 25 });
    expect(exchange.atServer).toEqual(Buffer.from(request));
    expect(exchange.atClient).toEqual(Buffer.from(reply));
  });

  test('UDP', async () => {
    for (const address of ['10.1.1.2', 'fd00:1::2']) for (const length of [0, 8, 8900]) {
      const payload = new Uint8Array(length).map((_, index) => index * 7);
      expect(await sendUdp(lab.host('left'), lab.host('right'), payload, { address, port: 53 })).toEqual(Buffer.from(payload));
    }
  });

  test('ping', async () => {
    expect(await pingAddress(lab.host('left'), '10.1.1.2', { count: 3 })).toBe(3);
    expect(await pingAddress(lab.host('left'), 'fd00:1::2', { count: 3 })).toBe(3);
    expect(await pingAddress(lab.host('left'), '10.1.1.77', { timeout: 20 })).toBe(0);
  });
  test('raw', () => {
    sendFrames(lab.host('left'), 'eth0', [new Uint8Array(9014)]);
  });
});
