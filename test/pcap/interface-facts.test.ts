/** Descriptions of machine and interface in PCAPNG files: option codes and formats of draft-ietf-opsawg-pcapng, 4.1 and 4.2. */
import { expect, test } from 'vitest';
import type { CaptureInterface } from '../../src/pcap/capture-interface.ts';
import { encodeInterface, encodePcapngHeader } from '../../src/pcap/pcapng-writer.ts';
import { buildBlock, joinBytes, packFields, parseAll } from '../support/capture-file.ts';

const FACTS = {
  linkType: 1,
  snapLength: 96,
  name: 'eth0',
  description: 'uplink',
  filter: 'ip',
  mac: '02:00:00:00:00:01',
  speed: 400e9,
  operatingSystem: 'Linux 6.1',
  hardware: 'e1000e',
};

function parse(file: Uint8Array): readonly CaptureInterface[] {
  const { parser, code } = parseAll(file);
  expect(code).toBeUndefined();
  return parser.interfaces;
}

/** An option of a block: code, length, value. */
function option(code: number, value: Uint8Array | string, littleEndian = true): Uint8Array {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const fields = packFields(
    [
      [2, code],
      [2, bytes.length],
    ],
    littleEndian,
  );
  return joinBytes(fields, bytes, new Uint8Array(-bytes.length & 3));
}

test('the bytes of each option', () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  const block = hex(encodeInterface(FACTS));
  for (const expected of [
    option(6, Uint8Array.of(2, 0, 0, 0, 0, 1)), // if_MACaddr
    option(
      8,
      packFields([
        [4, 400e9 % 2 ** 32],
        [4, Math.floor(400e9 / 2 ** 32)],
      ]),
    ), // if_speed, bits per second
    option(12, 'Linux 6.1'), // if_os
    option(15, 'e1000e'), // if_hardware
  ]) {
    expect(block).toContain(hex(expected));
  }
  const section = { application: 'tapline 1', hardware: 'a processor', operatingSystem: 'Linux 6.1' };
  const header = hex(encodePcapngHeader([], section));
  for (const expected of [option(2, 'a processor'), option(3, 'Linux 6.1'), option(4, 'tapline 1')]) {
    expect(header).toContain(hex(expected)); // shb_hardware, shb_os, shb_userappl
  }
});

test('what was written is read', () => {
  expect(parse(encodePcapngHeader([FACTS]))).toEqual([{ ...FACTS, timestampResolution: 9 }]);
});

test.each([true, false])('values that fit no description are ignored; little-endian: %s', (littleEndian) => {
  const section = buildBlock(
    0x0a0d0d0a,
    packFields(
      [
        [4, 0x1a2b3c4d],
        [2, 1],
        [2, 0],
        [4, 0xffff_ffff],
        [4, 0xffff_ffff],
      ],
      littleEndian,
    ),
    littleEndian,
  );
  const described = (...options: Uint8Array[]): Uint8Array =>
    buildBlock(
      1,
      joinBytes(
        packFields(
          [
            [2, 1],
            [2, 0],
            [4, 96],
          ],
          littleEndian,
        ),
        ...options,
      ),
      littleEndian,
    );
  const speed = (high: number, low: number): Uint8Array =>
    option(
      8,
      packFields(
        littleEndian
          ? [
              [4, low],
              [4, high],
            ]
          : [
              [4, high],
              [4, low],
            ],
        littleEndian,
      ),
      littleEndian,
    );
  const file = joinBytes(
    section,
    described(option(6, new Uint8Array(5), littleEndian), option(8, new Uint8Array(4), littleEndian)),
    described(speed(0, 0)),
    described(speed(0x7fff_ffff, 0xffff_ffff)),
    described(speed(0xffff_ffff, 0xffff_ffff)),
    described(speed(1, 2)),
  );
  const plain = { linkType: 1, snapLength: 96 };
  expect(parse(file)).toEqual([plain, plain, plain, plain, { ...plain, speed: 2 ** 32 + 2 }]);
});
