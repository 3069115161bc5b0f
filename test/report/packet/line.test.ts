import { describe, expect, test } from 'vitest';
import { frameToJson } from '../../../src/report/packet/json.ts';
import { PacketPrinter, summarize } from '../../../src/report/packet/line.ts';
import type { PacketPrintOptions } from '../../../src/report/packet/options.ts';
import { TimePrinter } from '../../../src/report/packet/time.ts';
import { joinBytes, lentFrame } from '../../support/capture-file.ts';
import { fromHex } from '../../support/hex.ts';
import { ethernet, ipv4, tcp, udp } from '../../support/made-frames.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const line = (frame: Uint8Array, options: PacketPrintOptions = {}): string =>
  new PacketPrinter({ time: 'none', ...options }).format(lentFrame(frame), 1);

describe('names', () => {
  const frame = ipv4(6, tcp({ sourcePort: 40_000, destinationPort: 443 }));

  test('ports by the built-in table, or as numbers', () => {
    expect(line(frame)).toContain('198.51.100.2.https: ');
    expect(line(frame, { numeric: true })).toContain('198.51.100.2.443: ');
    expect(line(ipv4(17, udp(40_000, 443, new Uint8Array(0))))).toMatch(/\.2\.(443|https): UDP/);
    expect(line(ipv4(17, udp(40_000, 514, new Uint8Array(0))))).toContain('.2.syslog: ');
    expect(line(ipv4(6, tcp({ destinationPort: 514 })))).toContain('.2.shell: '); // as getservbyport(3) has it
  });

  test('hosts and services by functions of the caller', () => {
    const names = {
      host: (address: string) => (address === '192.0.2.1' ? 'here.example' : undefined),
      service: (port: number, protocol: string) => `${protocol}-${port}`,
    };
    expect(line(frame, { names })).toContain('IP here.example.tcp-40000 > 198.51.100.2.tcp-443: ');
    expect(line(frame, { names, numeric: true })).toContain('IP 192.0.2.1.40000 > ');
  });

  test('are printable, whatever the caller knows: hosts, services, interfaces', () => {
    const hostile = (name: string) => (): string => `${name}\u001b[2J\n\u202e`;
    const names = { host: hostile('h'), service: hostile('s'), interfaceName: hostile('i'), sourceName: hostile('e') };
    const shown = (name: string): string => `${name}^[[2J^J<U+202E>`;
    expect(line(frame, { names })).toMatch(/^[ -~]+$/);
    expect(line(frame, { names })).toContain(
      `${shown('e')} IP ${shown('h')}.${shown('s')} > ${shown('h')}.${shown('s')}: `,
    );
    const cooked = joinBytes(fromHex('0800 0000 00000003 0001 00 06 020000000001 0000'), frame.subarray(14));
    const printer = new PacketPrinter({ time: 'none', names });
    expect(printer.format(lentFrame(cooked), 276)).toMatch(/^e\^\[\[2J\^J<U\+202E> i\^\[\[2J\^J<U\+202E> /);
  });
});

describe('time', () => {
  const format = (options: PacketPrintOptions, ...times: readonly (readonly [number, number])[]): string[] => {
    const printer = new TimePrinter({ timeZone: 'utc', ...options });
    return times.map(([seconds, nanoseconds]) => printer.format(seconds, nanoseconds));
  };
  const start = [1_591_780_863, 720_289_999] as const;

  test.each([
    [{}, '09:21:03.720289 '],
    [{ timestampPrecision: 'nano' }, '09:21:03.720289999 '],
    [{ time: 'none' }, ''],
    [{ time: 'epoch' }, '1591780863.720289 '],
    [{ time: 'date' }, '2020-06-10 09:21:03.720289 '],
    [{ time: 'sincePrevious' }, ' 00:00:00.000000 '],
    [{ time: 'sinceFirst' }, ' 00:00:00.000000 '],
  ] as const)('%j', (options, expected) => {
    expect(format(options, start)).toEqual([expected]);
  });

  test('differences to the previous and to the first frame, also negative, also of more than a day', () => {
    const times = [start, [1_591_780_864, 720_288_000], [1_591_780_864, 720_287_000], [1_591_880_864, 0]] as const;
    expect(format({ time: 'sincePrevious' }, ...times).slice(1)).toEqual([
      ' 00:00:00.999999 ',
      '-00:00:00.000001 ',
      ' 1 day 03:46:39.279713 ',
    ]);
    expect(format({ time: 'sinceFirst' }, ...times).slice(1)).toEqual([
      ' 00:00:00.999999 ',
      ' 00:00:00.999998 ',
      ' 1 day 03:46:40.279711 ',
    ]);
  });

  test('times beyond the range of dates', () => {
    expect(format({}, [1e17, 0])).toEqual(['[Error converting time] ']);
    expect(format({ time: 'date' }, [0xffff_ffff, 0])).toEqual(['2106-02-07 06:28:15.000000 ']);
  });
});

describe('text from packets', () => {
  test('no control sequence reaches the terminal', () => {
    const control = '\u001b[2J\u009b31m';
    const frames = [
      ipv4(6, tcp({ destinationPort: 25, payload: text(`MAIL FROM:<${control}>\r\n`) })),
      ipv4(6, tcp({ destinationPort: 80, payload: text(`GET /${control} HTTP/1.1\r\n`) })),
      ipv4(
        17,
        udp(
          53,
          53,
          joinBytes(fromHex('1234 0100 0001 0000 0000 0000 05'), text('\u001b[2J\u0007'), fromHex('00 0001 0001')),
        ),
      ),
    ];
    for (const frame of frames) {
      for (const dump of [{ form: 'text' }, { form: 'hexAndText', withLinkHeader: true }] as const) {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
        expect(line(frame, { verbosity: 3, dump })).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }
    }
    expect(line(frames[2] ?? new Uint8Array(0), { numeric: true })).toMatch(/ A\? \^\[\[2J\^G\. \(/);
  });

  test('the first line of text protocols, only the length of other data', () => {
    const http = ipv4(6, tcp({ flags: 0x18, destinationPort: 80, payload: text('GET / HTTP/1.1\r\nHost: x\r\n\r\n') }));
    expect(line(http, { numeric: true })).toMatch(/length 27: HTTP: GET \/ HTTP\/1\.1$/);
    expect(line(http, { numeric: true, verbosity: 1 })).toMatch(
      /: HTTP, length: 27\n\tGET \/ HTTP\/1\.1\n\tHost: x\n\t$/,
    );
    expect(line(http, { numeric: true, quiet: true })).toMatch(/tcp 27$/);
    const body = ipv4(6, tcp({ flags: 0x18, destinationPort: 80, payload: text('just the rest of a page') }));
    expect(line(body, { numeric: true })).toMatch(/length 23: HTTP$/);
  });
});

test('numbers of frames', () => {
  const printer = new PacketPrinter({ number: true, time: 'none', numeric: true });
  const frame = lentFrame(ethernet(0x88b5, new Uint8Array(46)));
  expect(printer.format(frame, 1)).toMatch(/^ {4}1 {2}02:00:00:00:00:01 > /);
  expect(printer.format(frame, 1)).toMatch(/^ {4}2 {2}02:00:00:00:00:01 > /);
});

describe('a single frame', () => {
  const bytes = ipv4(6, tcp({ flags: 0x10, sequence: 77, acknowledgment: 5, payload: text('x') }));
  const expected = 'IP 192.0.2.1.40000 > 198.51.100.2.9999: Flags [.], seq 77:78, ack 5, win 1000, length 1';

  test('summarize accepts lent frames and owned packets', () => {
    expect(summarize(lentFrame(bytes), { linkType: 1 })).toBe(expected);
    const packet = { bytes, wireLength: bytes.length, timestamp: 0n, interfaceIndex: 0 };
    expect(summarize(packet, { linkType: 1 })).toBe(expected);
    expect(summarize(packet, { linkType: 1, quiet: true })).toMatch(/tcp 1$/);
  });

  test('JSON has the same layers, offsets from the beginning of the frame', () => {
    const around = joinBytes(new Uint8Array(50), bytes);
    const lent = { ...lentFrame(around), offset: 50, length: bytes.length, wireLength: bytes.length };
    const json = frameToJson(lent, 1);
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json).toMatchObject({
      time: '1700000000.123456789',
      length: bytes.length,
      linkType: 'EN10MB',
      layers: [
        { kind: 'ethernet', start: 0 },
        { kind: 'ipv4', start: 14 },
        { kind: 'tcp', start: 34 },
        { kind: 'data', start: 54 },
      ],
    });
  });
});
