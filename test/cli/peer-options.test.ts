/** The tables of options in docs/capture.md name every option that tcpdump and dumpcap have. */
import { describe, expect, test } from 'vitest';
import { listedOptions, optionTable, type Peer } from '../support/peer-options.ts';
import { requirePeer } from '../support/peers.ts';

describe.each<[Peer, number]>([
  ['tcpdump', 45],
  ['dumpcap', 40],
])('%s', (peer, atLeast) => {
  const program = requirePeer(peer);

  test.skipIf(program === undefined)('the table has each option of its help', () => {
    const listed = listedOptions(peer, program ?? '');
    const named = optionTable(peer).flatMap(({ names }) => names);
    expect(listed.length).toBeGreaterThanOrEqual(atLeast);
    expect(listed.filter((name) => !named.includes(name))).toEqual([]);
  });

  test('no option is named twice, and each "no" has a reason', () => {
    const table = optionTable(peer);
    const named = table.flatMap(({ names }) => names);
    expect(new Set(named).size).toBe(named.length);
    const isBare = ({ commands, remark }: (typeof table)[number]): boolean => commands.length === 0 && remark === '';
    expect(table.filter(isBare).flatMap(({ names }) => names)).toEqual([]);
  });
});
