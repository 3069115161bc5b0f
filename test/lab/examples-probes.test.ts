/** The examples do what they say: those that probe. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { pingAddress } from '../../examples/07-ping.ts';
import { networksOf, routersTo } from '../../examples/08-traceroute.ts';
import { createLab, type Lab, routerChain } from '../../src/lab/index.ts';

const TARGET = Uint8Array.of(10, 1, 2, 2);

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(routerChain());
});
afterAll(() => lab.close());

/** Begins in the lab's source; only what is synchronous, opening sockets, happens there. */
function begin<T>(work: () => Promise<T>): Promise<T> {
  let begun: Promise<T> | undefined;
  lab.host('source').run(() => {
    begun = work();
  });
  return begun ?? work();
}

test('an address is pinged', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockImplementation(() => true);
  const summary = await begin(() => pingAddress('target', TARGET, 3));
  const printed = write.mock.calls.map(([text]) => String(text)).join('');
  write.mockRestore();
  expect(summary).toMatchObject({ transmitted: 3, received: 3 });
  expect(printed).toMatch(/^PING target \(10\.1\.2\.2\): 56 data bytes\n64 bytes from 10\.1\.2\.2: icmp_seq=0 ttl=61 /);
});

test('routers are found', async () => {
  const routers = await begin(() => routersTo(TARGET));
  expect(routers).toEqual([['10.1.1.254'], ['10.0.1.10'], ['10.0.1.14'], ['10.1.2.2']]);
  expect(networksOf(routers, ['10.0.0.0/8 AS64496', '10.1.2.0/24 AS64497'])).toEqual(['AS64496', 'AS64497']);
});
