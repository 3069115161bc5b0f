/** Targets of probes: addresses, names, and what is neither. @module */
import { networkInterfaces } from 'node:os';
import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/base/address.ts';
import { openTransport } from '../../src/probe/open-transport.ts';
import { resolveTarget } from '../../src/probe/resolve-target.ts';
import { resolveSweepTargets } from '../../src/probe/sweep/sweep-hosts.ts';

describe('an address', () => {
  test('of IPv4 in IPv6 form (RFC 4291, 2.5.5.2) is IPv4', () => {
    expect(resolveTarget('::ffff:192.0.2.1')).toMatchObject({ family: 4, address: Uint8Array.of(192, 0, 2, 1) });
    expect(resolveSweepTargets(['::ffff:192.0.2.1'])).toMatchObject({ family: 4, size: 1 });
    expect(() => resolveTarget('::ffff:192.0.2.1', 6)).toThrow('::ffff:192.0.2.1 is not an IPv6 address');
  });

  test('that is empty is an error of the command line', () => {
    expect(() => resolveTarget('')).toThrow(expect.objectContaining({ code: 'TARGET' }));
  });

  test.each(['fe80::1', 'ff02::1'])('%s needs an interface, and the error names those that it could be', (text) => {
    const destination = parseAddress(text) ?? new Uint8Array();
    const open = () => openTransport({ family: 6, protocol: 'icmp', destination }, {});
    expect(open).toThrow(`${text} is valid on one link only; `);
    for (const [name, addresses] of Object.entries(networkInterfaces())) {
      const isCandidate = addresses?.some(({ address }) => address.startsWith('fe80:')) === true;
      if (isCandidate) expect(open).toThrow(`${text}%${name}`);
    }
  });

  test('and a source of different families do not mix', () => {
    const needs = { family: 4, protocol: 'icmp', destination: Uint8Array.of(127, 0, 0, 1) } as const;
    expect(() => openTransport(needs, { source: '::1' })).toThrow('source address ::1 is not an IPv4 address');
  });
});

describe('targets of a sweep', () => {
  test('of a link have its interface (RFC 4007, 11.7)', () => {
    expect(resolveSweepTargets(['fe80::1%eth0', 'fe80::%eth0/126'])).toMatchObject({ zone: 'eth0', size: 5 });
    expect(() => resolveSweepTargets(['fe80::1%eth0', 'fe80::1%eth1'])).toThrow('cannot mix interfaces in one sweep');
  });

  test('of another family than the wanted one are refused', () => {
    expect(() => resolveSweepTargets(['::1'], 4)).toThrow('the targets are IPv6 addresses, but only IPv4 is wanted');
  });

  test('a name that does not resolve leaves the others', async () => {
    const unknown: string[] = [];
    const found = await resolveSweepTargets(['192.0.2.1', 'no-such-host.invalid'], 4, ({ code }) => unknown.push(code));
    expect([found.size, unknown]).toEqual([1, ['NO_HOST']]);
    await expect(resolveSweepTargets(['192.0.2.1', 'no-such-host.invalid'], 4)).rejects.toMatchObject({
      code: 'NO_HOST',
    });
  });
});
