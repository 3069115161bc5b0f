/** Names of files in a series: conversions of date(1), and period boundaries of the wall clock. @module */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { FileNameTemplate, nextBorder, periodStart } from '../../../src/session/series/file-name-template.ts';

const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

describe('names', () => {
  const letters = '%Y|%y|%m|%d|%j|%H|%M|%S|%F|%T|%s|%z|%%';

  test.each(['UTC', 'Europe/Berlin', 'America/St_Johns', 'Pacific/Auckland'])('agree with date(1) in %s', (name) => {
    process.env['TZ'] = name;
    const template = new FileNameTemplate(letters);
    for (const seconds of [0, 951_782_399, 1_767_225_599, 1_774_745_999, 1_774_746_000, 1_792_889_999, 4_102_444_800]) {
      const date = execFileSync('date', ['-d', `@${seconds}`, `+${letters}`], { encoding: 'utf8' }).trimEnd();
      expect(template.format(seconds, 1)).toBe(date);
    }
    const utc = new FileNameTemplate(letters, { utc: true });
    expect(utc.format(1_767_225_599, 1)).toBe('2025|25|12|31|365|23|59|59|2025-12-31|23:59:59|1767225599|+0000|%');
  });

  test.each([
    ['mail-%N.pcap', 7, 'mail-00007.pcap'],
    ['mail-%N.pcap', 1_234_567, 'mail-1234567.pcap'],
    ['mail.pcap', 7, 'mail-00007.pcap'],
    ['mail', 7, 'mail-00007'],
    ['mail.pcap.gz', 7, 'mail-00007.pcap.gz'],
    ['mail.pcapng.zst', 7, 'mail-00007.pcapng.zst'],
    ['mail.gz', 7, 'mail-00007.gz'],
    ['/a.b/mail', 7, '/a.b/mail-00007'],
    ['/a.b/.mail', 7, '/a.b/.mail-00007'],
    ['%s.pcap', 1, '5.pcap'],
    ['%s.pcap.gz', 2, '5-2.pcap.gz'],
    ['/%s.d/mail', 3, '/5.d/mail-3'],
  ])('%s, number %i: %s', (text, number, name) => {
    expect(new FileNameTemplate(text, { numbered: true, utc: true }).format(5.9, number)).toBe(name);
  });

  test('an unknown or missing letter is an error that lists the known ones', () => {
    for (const text of ['%q', 'a%', '%n', '%E', '%\n']) {
      expect(() => new FileNameTemplate(text)).toThrow(
        /in the file name .* is not supported; use %N \(file number\) %Y %y/s,
      );
    }
  });
});

describe('period boundaries', () => {
  test('of days are midnights, also when daylight saving time begins or ends', () => {
    process.env['TZ'] = 'Europe/Berlin';
    const at = (text: string): number => Date.parse(text) / 1000;
    for (const [moment, start, border] of [
      ['2026-03-28T12:00+01:00', '2026-03-28T00:00+01:00', '2026-03-29T00:00+01:00'],
      ['2026-03-29T12:00+02:00', '2026-03-29T00:00+01:00', '2026-03-30T00:00+02:00'],
      ['2026-10-25T12:00+01:00', '2026-10-25T00:00+02:00', '2026-10-26T00:00+01:00'],
      ['2026-10-26T00:00+01:00', '2026-10-26T00:00+01:00', '2026-10-27T00:00+01:00'],
    ] as const) {
      expect(periodStart(at(moment), 86_400, false)).toBe(at(start));
      expect(nextBorder(at(moment), 86_400, false)).toBe(at(border));
    }
  });

  test('are in the future, at most a period and an hour ahead', () => {
    const seconds = fc.integer({ min: 1_700_000_000, max: 1_900_000_000 });
    const period = fc.constantFrom(1, 7, 60, 900, 3600, 86_400);
    const zones = fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe');
    fc.assert(
      fc.property(seconds, period, zones, fc.boolean(), (now, length, name, utc) => {
        process.env['TZ'] = name;
        const border = nextBorder(now, length, utc);
        expect(border).toBeGreaterThan(now);
        expect(border).toBeLessThanOrEqual(now + length + 3600);
        expect(periodStart(now, length, utc)).toBeLessThanOrEqual(now);
        if (utc) expect(border).toBe((Math.floor(now / length) + 1) * length);
      }),
    );
  });
});
