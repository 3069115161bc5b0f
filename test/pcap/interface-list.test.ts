/** The list of interfaces is one array that grows, so that code may keep it. @module */
import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { openFile } from '../../src/pcap/file-reader.ts';
import { TestFolder } from '../support/capture-lab.ts';
import { richFile } from '../support/rich-pcapng.ts';

test('interfaces that are described between frames appear in the list that was taken at the beginning', async () => {
  using folder = new TestFolder();
  writeFileSync(folder.file('in.pcapng'), richFile());
  await using source = await openFile(folder.file('in.pcapng'));
  const { interfaces } = source;
  expect(interfaces.map(({ name }) => name)).toEqual(['eth0']);
  for await (const batch of source.batches()) expect(batch.size).toBeGreaterThan(0);
  expect(interfaces.map(({ name }) => name)).toEqual(['eth0', 'eth1', 'eth0', 'eth1']);
  expect(source.interfaces).toBe(interfaces);
});
