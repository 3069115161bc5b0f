/** Names in filters: ethers(5), and addresses that the system's resolver knows. @module */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { LinkType } from '../../../src/base/link-type.ts';
import { compileFilter } from '../../../src/bpf/compile-filter.ts';
import { FilterError } from '../../../src/bpf/language/filter-error.ts';
import { readEthers } from '../../../src/cli/filter/ethers.ts';
import { resolverFor } from '../../../src/cli/filter/filter-names.ts';

const folder = mkdtempSync(join(tmpdir(), 'tapline-ethers-'));
const path = join(folder, 'ethers');
afterAll(() => rmSync(folder, { recursive: true }));

const TEXT = `# addresses of the lab
02:00:00:00:00:01 router
2:0:0:0:0:a\tprinter # on the second floor
02:00:00:00:00:ff router
02:00:00:00:00 short
02:00:00:00:00:zz letters
02-00-00-00-00-03 dashes

nobody 02:00:00:00:00:04
02:00:00:00:00:05
`;

describe('ethers(5)', () => {
  writeFileSync(path, TEXT);

  test('the first entry of a name counts; what is no entry is passed over', () => {
    expect([...readEthers(path)]).toEqual([
      ['router', '02:00:00:00:00:01'],
      ['printer', '2:0:0:0:0:a'],
    ]);
  });

  test('no file, no names', () => {
    expect(readEthers(join(folder, 'none')).size).toBe(0);
  });

  test('ether host and gateway take names from it', async () => {
    const frame = Uint8Array.from([2, 0, 0, 0, 0, 10, 2, 0, 0, 0, 0, 9, 8, 0, ...new Uint8Array(46)]);
    const matches = async (expression: string) => {
      const resolver = await resolverFor(expression, path);
      return compileFilter(expression, { linkType: LinkType.ethernet, resolver }).match(frame) > 0;
    };
    expect(await matches('ether dst printer')).toBe(true);
    expect(await matches('ether host router')).toBe(false);
    await expect(matches('ether host dashes')).rejects.toThrow(FilterError);
    // /etc/hosts has an address of localhost on every system.
    await expect(matches('gateway localhost')).rejects.toThrow('no Ethernet address is known for "localhost"');
  });
});
