/** A flow of numbered frames on the two wires of a lab: mixed lengths, bursts and gaps. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Lab, type LabPlan, openFrameSender } from '../../src/lab/index.ts';
import { taggedFrame } from './capture-lab.ts';
import { backlog, framesDelivered } from './delivery.ts';
import type { RandomSource } from './random-source.ts';

/** `left` and `right` on `eth0` and on `eth1`. */
export const TWO_WIRES: LabPlan = {
  hosts: [{ name: 'left' }, { name: 'right' }],
  wires: ['eth0', 'eth1'].map((name, wire) => ({
    ends: [
      { host: 'left', interface: name, addresses: [`10.1.${wire + 1}.1/24`] },
      { host: 'right', interface: name, addresses: [`10.1.${wire + 1}.2/24`] },
    ],
  })),
};

/** The link header's length, and where in the IP packet a frame's number is: behind the UDP header. */
const LINK = 14;
const NUMBER = 28;
const SOURCE_PORT = LINK + 20;
/** Of frames that triggers look for. */
const TRIGGER_PORT = 7777;
const SHORTEST = LINK + NUMBER + 4;
const LONGEST = 1514;

export interface SentFrame {
  readonly number: number;
  readonly wire: 'eth0' | 'eth1';
  readonly bytes: Uint8Array;
  readonly isTrigger: boolean;
  /** Milliseconds since 1970, just before it was sent. */
  readonly from: number;
  /** The same, soon after it was delivered; infinite until then. The kernel stamps it between the two. */
  to: number;
}

/** The number in an IP packet of the flow. */
export function numberOf(packet: Uint8Array): number {
  return new DataView(packet.buffer, packet.byteOffset).getUint32(NUMBER);
}

/** Milliseconds since 1970, with fractions. */
export const wallTime = (): number => performance.timeOrigin + performance.now();

/** Looks for deliveries after this many frames. */
const DELIVERY_INTERVAL = 16;

/** Sends for two or three seconds. @param sent gets every frame before it goes out */
export async function sendFlow(lab: Lab, random: RandomSource, sent: SentFrame[]): Promise<void> {
  using first = openFrameSender(lab.host('left'), 'eth0');
  using second = openFrameSender(lab.host('left'), 'eth1');
  let delivered = 0;
  const noteDelivery = (): void => {
    for (; delivered < sent.length; delivered += 1) (sent[delivered] as SentFrame).to = wallTime();
  };
  const bursts = 4 + random.below(12);
  for (let burst = 0; burst < bursts; burst += 1) {
    const frames = 1 + random.below(random.oneIn(4) ? 1500 : 150);
    const least = random.pick([SHORTEST, SHORTEST, 1000, LONGEST]);
    for (let count = 0; count < frames; count += 1) {
      const isTrigger = random.oneIn(400);
      const wire = random.oneIn(4) ? 'eth1' : 'eth0';
      const port = isTrigger ? TRIGGER_PORT : 4000 + random.below(64);
      const bytes = makeFrame(sent.length, least + random.below(LONGEST + 1 - least), port);
      const frame: SentFrame = {
        number: sent.length,
        wire,
        bytes,
        isTrigger,
        from: wallTime(),
        to: Number.POSITIVE_INFINITY,
      };
      sent.push(frame);
      (wire === 'eth0' ? first : second).send(bytes);
      if (sent.length % DELIVERY_INTERVAL === 0 && backlog() === 0) noteDelivery();
    }
    await framesDelivered();
    noteDelivery();
    await sleep(random.oneIn(6) ? 1300 : random.below(250));
  }
}

/** Of each number other bytes, so that a frame that is mixed up is seen. */
function makeFrame(number: number, length: number, sourcePort: number): Uint8Array {
  const bytes = taggedFrame([], length - LINK - NUMBER);
  for (let at = SHORTEST; at < length; at += 1) bytes[at] = number * 7 + at;
  const view = new DataView(bytes.buffer);
  view.setUint16(SOURCE_PORT, sourcePort);
  view.setUint32(LINK + NUMBER, number);
  return bytes;
}
