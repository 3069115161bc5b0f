/** A file written straight from memory is the same file. @module */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { webAssembly } from '../../src/base/web-assembly.ts';
import { createPcapWriter, DIRECT_BLOCK, DirectPcapFile, type GatheredRecords } from '../../src/pcap/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'tapline-direct-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OPTIONS = { linkType: 1, snapLength: 262_144, timestampPrecision: 'nano' } as const;

/** Page-aligned memory, as the capture's; a batch at a time, as its gatherer does it. */
const api = webAssembly();
if (api === undefined) throw new Error('these tests need WebAssembly memory');
const memory = new Uint8Array(new api.Memory({ initial: 128 }).buffer);

/** One PCAP record with so many bytes of data. */
function recordOf(length: number, fill: number): Uint8Array {
  const record = new Uint8Array(16 + length).fill(fill);
  const view = new DataView(record.buffer);
  view.setUint32(0, 1_700_000_000, true);
  view.setUint32(4, fill, true);
  view.setUint32(8, length, true);
  view.setUint32(12, length, true);
  return record;
}

/** Lays lead and records into memory; what is retained is overwritten only once it was released. */
class Gatherer {
  held = 0;
  #next = 0;

  /** @param skipped bytes of the lead that are not part of the batch: it begins at an odd address */
  gather(lead: Uint8Array, records: readonly Uint8Array[], skipped = 0): GatheredRecords {
    const size = 1 << 20;
    const area = this.#next * size;
    this.#next = (this.#next + 1) % 8; // more areas than a test has batches
    let at = area;
    for (const part of [lead, ...records]) {
      memory.set(part, at);
      at += part.length;
    }
    const bytes = memory.subarray(area + skipped, at);
    return {
      bytes,
      frames: records.length,
      retain: () => {
        this.held += 1;
        return () => {
          this.held -= 1;
          bytes.fill(0xee);
        };
      },
    };
  }
}

function create(name: string): DirectPcapFile {
  const file = DirectPcapFile.create(join(folder, name), OPTIONS);
  if (file === undefined) throw new Error('the temporary folder takes no direct writes');
  return file;
}

describe('a direct file', () => {
  test('is, byte for byte, the file of the ordinary writer, however records fall into batches', async () => {
    const length = fc.oneof(fc.integer({ min: 0, max: 200 }), fc.integer({ min: 3000, max: 70_000 }));
    const batches = fc.array(fc.array(length, { minLength: 1, maxLength: 8 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), fc.infiniteStream(fc.boolean()), async (lengths, waits, appends) => {
        const direct = create('direct.pcap');
        const plain = createPcapWriter(join(folder, 'plain.pcap'), OPTIONS);
        const gatherer = new Gatherer();
        for (const [index, batch] of lengths.entries()) {
          const records = batch.map((size, place) => recordOf(size, (index * 8 + place) & 0xff));
          if (appends.next().value === true) direct.append(gatherer.gather(Uint8Array.of(1, 2, 3), records, 3));
          else direct.take(gatherer.gather(direct.lead(), records));
          expect(direct.length).toBe(plain.length + Buffer.concat(records).length);
          plain.writeRecords(Buffer.concat(records), records.length);
          if (waits) await direct.flush();
        }
        await direct.close();
        await plain.close();
        expect(gatherer.held).toBe(0);
        const written = readFileSync(join(folder, 'direct.pcap'));
        expect(written.equals(readFileSync(join(folder, 'plain.pcap')))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('has its header at once, and its end soon after the last record, without a flush', async () => {
    const path = join(folder, 'soon.pcap');
    const file = create('soon.pcap');
    expect(statSync(path).size).toBe(24);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    file.take(new Gatherer().gather(file.lead(), [recordOf(100, 1), recordOf(DIRECT_BLOCK, 2)]));
    const whole = 24 + 116 + 16 + DIRECT_BLOCK;
    for (let tries = 0; tries < 200 && statSync(path).size < whole; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(statSync(path).size).toBe(whole);
    await file.close();
    await file.close();
    expect(statSync(path).size).toBe(whole);
  });

  test('is not to be had on a pipe, a device or nowhere', () => {
    expect(DirectPcapFile.create('-', OPTIONS)).toBeUndefined();
    expect(DirectPcapFile.create('/dev/null', OPTIONS)).toBeUndefined();
    expect(DirectPcapFile.create('/no/such/folder/x.pcap', OPTIONS)).toBeUndefined();
  });
});
