/** Names of the files of threads. @module */
import { expect, test } from 'vitest';
import { threadFile } from '../../../src/cli/capture/thread-options.ts';

test.each([
  ['mail.pcap', 'mail-2.pcap'],
  ['/var/log/a.b/mail', '/var/log/a.b/mail-2'],
  ['mail.2026.pcapng', 'mail.2026-2.pcapng'],
  ['mail.pcapng.gz', 'mail-2.pcapng.gz'],
  ['mail-%N.pcap.zst', 'mail-%N-2.pcap.zst'],
])('%s', (path, expected) => {
  expect(threadFile(path, 2)).toBe(expected);
});
