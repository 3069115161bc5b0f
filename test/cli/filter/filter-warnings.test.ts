/** Warnings about filters, as the commands write them. @module */
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { LinkType } from '../../../src/base/link-type.ts';
import { fileFilter } from '../../../src/cli/filter/filter-warnings.ts';

/** A context that keeps what is written to standard error. */
function recordingContext() {
  const written: string[] = [];
  const write = (text: string) => void written.push(text);
  const output = { isTerminal: false, columns: undefined, closed: false, write, verify() {} };
  return { written, context: { stdout: output, stderr: output, clock: systemClock, signals: { on: () => () => {} } } };
}

test('a filter that matches nothing is reported once for all link types of a file', async () => {
  const { written, context } = recordingContext();
  const filterFor = await fileFilter({ text: 'ip[9] = 6 and udp' }, true, context);
  for (const linkType of [LinkType.ethernet, LinkType.linuxSll2, LinkType.ethernet]) {
    expect(filterFor(linkType)?.instructions.length).toBeGreaterThan(0);
  }
  expect(written.join('')).toMatchInlineSnapshot(`
    "tapline: warning: "ip[9] = 6" and "udp" exclude each other; no packet can match this filter
      ip[9] = 6 and udp
      ^^^^^^^^^     ^^^
    "
  `);
});

test('nothing is written about other filters', async () => {
  const { written, context } = recordingContext();
  expect((await fileFilter({ text: 'udp' }, true, context))(LinkType.ethernet)?.warnings).toEqual([]);
  expect((await fileFilter({ text: '' }, true, context))(LinkType.ethernet)).toBeUndefined();
  expect(written).toEqual([]);
});
