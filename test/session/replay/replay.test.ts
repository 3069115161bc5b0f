/** The replay loop with a simulated interface and clock. @module */
import { constants } from 'node:os';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameView } from '../../../src/base/frame.ts';
import { replay } from '../../../src/session/replay/replay.ts';
import { lentFrame } from '../../support/capture-file.ts';
import { recordingOf, SimulatedPacing, SimulatedTransmitter } from '../../support/replay-parts.ts';

/** Returns a frame of `length` bytes, recorded `milliseconds` after the first. */
function frameAt(milliseconds: number, length = 60, fields: Partial<FrameView> = {}): FrameView {
  const nanoseconds = Math.round(milliseconds * 1e6);
  return lentFrame(new Uint8Array(length).fill(length), {
    seconds: 1_000 + Math.floor(nanoseconds / 1e9),
    nanoseconds: nanoseconds % 1e9,
    ...fields,
  });
}

function parts(linkType = 1, mtu = 1500): { clock: SimulatedPacing; target: SimulatedTransmitter } {
  const clock = new SimulatedPacing();
  return { clock, target: new SimulatedTransmitter(clock, linkType, mtu) };
}

const times = (target: SimulatedTransmitter): number[] => target.sent.map(({ time }) => Math.round(time * 1e3) / 1e3);

describe('timing', () => {
  test('keeps the gaps of the recording without drift, for any waits', async () => {
    const { clock, target } = parts();
    const open = recordingOf([0, 0.5, 3, 1_000, 1_000.25].map((time) => frameAt(time)));
    const summary = await replay(open, target, { clock });
    expect(times(target)).toEqual([0, 0.5, 3, 1_000, 1_000.25]);
    expect(summary).toMatchObject({ sent: 5, bytes: 300, failed: 0, milliseconds: 1_000.25 });
  });

  test('a multiplier, frames per second, bits per second, top speed', async () => {
    const frames = [0, 100, 200, 300].map((time) => frameAt(time, 125));
    const paces = [
      [{ kind: 'recorded', speed: 4 }, [0, 25, 50, 75]],
      [{ kind: 'frames', perSecond: 500 }, [0, 2, 4, 6]],
      [{ kind: 'bits', perSecond: 100_000 }, [0, 10, 20, 30]],
      [{ kind: 'top' }, [0, 0, 0, 0]],
    ] as const;
    for (const [pace, expected] of paces) {
      const { clock, target } = parts();
      await replay(recordingOf(frames), target, { clock, pace });
      expect(times(target)).toEqual(expected);
    }
  });

  test('frames with decreasing time stamps are sent at once, in the order of the file', async () => {
    const { clock, target } = parts();
    await replay(recordingOf([frameAt(0), frameAt(20, 61), frameAt(10, 62), frameAt(30, 63)]), target, { clock });
    expect(times(target)).toEqual([0, 20, 20, 30]);
    expect(target.sent.map(({ bytes }) => bytes.length)).toEqual([60, 61, 62, 63]);
  });

  test('gaps of months', async () => {
    const { clock, target } = parts();
    const months = 100 * 86_400_000;
    await replay(recordingOf([frameAt(0), frameAt(months)]), target, { clock });
    expect(times(target)).toEqual([0, months]);
  });

  test('loops follow each other after the mean gap', async () => {
    const { clock, target } = parts();
    await replay(recordingOf([frameAt(0), frameAt(10), frameAt(40)]), target, { clock, rounds: 2 });
    expect(times(target)).toEqual([0, 10, 40, 60, 70, 100]);
  });

  test('any recording: every frame once, in order, never early, and on time without delays', async () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 3_000_000 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(gaps, fc.integer({ min: 1, max: 7 }), async (microseconds, batchSize) => {
        let time = 0;
        const expected = microseconds.map((gap, index) => {
          if (index > 0) time += gap;
          return time / 1_000;
        });
        const { clock, target } = parts();
        const frames = expected.map((due, index) => frameAt(due, 60 + index));
        await replay(recordingOf(frames, undefined, batchSize), target, { clock });
        expect(times(target)).toEqual(expected);
        expect(target.sent.map(({ bytes }) => bytes.length)).toEqual(frames.map(({ length }) => length));
      }),
    );
  });
});

describe('the frames that are sent', () => {
  test('a limit over several loops; no wait after the last frame', async () => {
    const { clock, target } = parts();
    const summary = await replay(recordingOf([frameAt(0), frameAt(1)]), target, { clock, rounds: 9, limit: 5 });
    expect(summary.sent).toBe(5);
  });

  test('frames that cannot be sent are skipped and counted', async () => {
    const { clock, target } = parts();
    const frames = [
      frameAt(0, 100, { wireLength: 900 }),
      frameAt(0, 13),
      frameAt(0, 14),
      frameAt(0, 1514),
      frameAt(0, 1515),
      frameAt(0, 9000),
    ];
    const summary = await replay(recordingOf(frames), target, { clock });
    expect(target.sent.map(({ bytes }) => bytes.length)).toEqual([14, 1514]);
    expect(summary.skipped).toEqual({ cut: 1, tooShort: 1, tooLong: 2, otherLinkType: 0 });
  });

  test('four bytes above the MTU are accepted for a VLAN tag', async () => {
    const { clock, target } = parts();
    const tagged = new Uint8Array(1518);
    tagged.set([0x81, 0], 12);
    const summary = await replay(recordingOf([lentFrame(tagged), frameAt(0, 1518)]), target, { clock });
    expect(summary).toMatchObject({ sent: 1, skipped: { tooLong: 1 } });
  });

  test('truncated frames are padded with zeros with the option', async () => {
    const { clock, target } = parts();
    await replay(recordingOf([frameAt(0, 100, { wireLength: 120 })]), target, { clock, pad: true });
    const expected = new Uint8Array(120).fill(100, 0, 100);
    expect(target.sent[0]?.bytes).toEqual(expected);
  });

  test('a frame check sequence in the recording is not sent', async () => {
    const { clock, target } = parts();
    const open = recordingOf([frameAt(0, 64)], [{ linkType: 1, snapLength: 0, frameCheckLength: 4 }]);
    await replay(open, target, { clock });
    expect(target.sent[0]?.bytes.length).toBe(60);
  });

  test('one of several interfaces; without a choice, frames of other link types are counted', async () => {
    const interfaces = [1, 113, 1].map((linkType) => ({ linkType, snapLength: 65_535 }));
    const frames = [0, 1, 2, 0].map((interfaceIndex, index) => frameAt(0, 60 + index, { interfaceIndex }));
    const lengths = async (interfaceNumber?: number): Promise<[number[], number]> => {
      const { clock, target } = parts();
      const options = { clock, ...(interfaceNumber === undefined ? {} : { interfaceNumber }) };
      const { skipped } = await replay(recordingOf(frames, interfaces), target, options);
      return [target.sent.map(({ bytes }) => bytes.length), skipped.otherLinkType];
    };
    expect(await lengths()).toEqual([[60, 62, 63], 1]);
    expect(await lengths(2)).toEqual([[62], 0]);
    await expect(lengths(1)).rejects.toMatchObject({ code: 'LINK_TYPE' });
    await expect(lengths(3)).rejects.toThrow('no interface 3');
  });

  test('cooked frames cannot be sent; bare IP packets only on interfaces without link header', async () => {
    const cooked = recordingOf([frameAt(0)], [{ linkType: 276, snapLength: 0 }]);
    const bare = recordingOf([frameAt(0)], [{ linkType: 228, snapLength: 0 }]);
    const { clock, target } = parts();
    await expect(replay(cooked, target, { clock })).rejects.toThrow(
      'cannot send LINUX_SLL2 frames on eth0: it accepts EN10MB',
    );
    await expect(replay(bare, target, { clock })).rejects.toMatchObject({ code: 'LINK_TYPE' });
    const tunnel = new SimulatedTransmitter(clock, 101);
    expect(await replay(bare, tunnel, { clock })).toMatchObject({ sent: 1 });
  });

  test('a file without frames to send does not loop endlessly', async () => {
    const { clock, target } = parts();
    const summary = await replay(recordingOf([]), target, { clock, rounds: Number.POSITIVE_INFINITY });
    expect(summary).toMatchObject({ sent: 0, milliseconds: 0 });
  });
});

describe('errors of the kernel', () => {
  const { EAGAIN, ENOBUFS, EMSGSIZE, ENETDOWN, ENODEV } = constants.errno;

  test('waits for a full queue; no frame is lost or sent twice', async () => {
    const { clock, target } = parts();
    target.answers.push(2, -ENOBUFS, -EAGAIN, 1);
    const frames = [60, 61, 62, 63, 64].map((length) => frameAt(0, length));
    const summary = await replay(recordingOf(frames, undefined, 5), target, { clock });
    expect(target.sent.map(({ bytes }) => bytes.length)).toEqual([60, 61, 62, 63, 64]);
    expect(summary).toMatchObject({ sent: 5, failed: 0, waits: 2 });
  });

  test('a refused frame does not affect the others', async () => {
    const { clock, target } = parts();
    target.answers.push(1, -EMSGSIZE);
    const summary = await replay(recordingOf([60, 61, 62].map((length) => frameAt(0, length))), target, { clock });
    expect(target.sent.map(({ bytes }) => bytes.length)).toEqual([60, 62]);
    expect(summary).toMatchObject({ sent: 2, failed: 1 });
  });

  test('frames for an interface that stays full are skipped, after a second each', async () => {
    const { clock, target } = parts();
    target.send = () => -ENOBUFS;
    const summary = await replay(recordingOf([frameAt(0)]), target, { clock });
    expect(summary).toMatchObject({ sent: 0, failed: 1 });
    expect(clock.time - 5_000).toBeGreaterThan(1_000);
  });

  test.each([
    [ENODEV, 'INTERFACE_GONE'],
    [ENETDOWN, 'SYSCALL'],
  ])('errno %i ends it', async (error, code) => {
    const { clock, target } = parts();
    target.answers.push(-error);
    await expect(replay(recordingOf([frameAt(0)]), target, { clock })).rejects.toMatchObject({ code });
  });

  test('a signal ends the replay between two frames', async () => {
    const { clock, target } = parts();
    const stop = new AbortController();
    clock.sleep = async () => stop.abort();
    const open = recordingOf([frameAt(0), frameAt(1_000)]);
    expect(await replay(open, target, { clock, signal: stop.signal })).toMatchObject({ sent: 1 });
  });
});

test.each([0, -1, Number.NaN])('a rate of %d is an error', async (perSecond) => {
  const { clock, target } = parts();
  const pace = { kind: 'frames', perSecond } as const;
  await expect(replay(recordingOf([]), target, { clock, pace })).rejects.toThrow(RangeError);
});
