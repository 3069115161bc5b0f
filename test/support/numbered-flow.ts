/** Sends numbered frames on the two wires of a lab, with mixed lengths, in bursts with gaps. @module */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Lab, type LabPlan, openFrameSender } from '../../src/lab/index.ts';
import { taggedFrame } from './capture-lab.ts';
import { backlog, framesDelivered } from './delivery.ts';
import type { RandomSource } from './random-source.ts';

/** Plan of the hosts `left` and `right`, connected by `eth0` and `eth1`. */
export const TWO_WIRES: LabPlan = {
  hosts: [{ name: 'left' }, { name: 'right' }],
  wires: ['eth0', 'eth1'].map((name, wire) => ({
    ends: [
      { host: 'left', interface: name, addresses: [`10.1.${wire + 1}.1/24`] },
      { host: 'right', interface: name, addresses: [`10.1.${wire + 1}.2/24`] },
    ],
  })),
};

/** Length of the link header, and offset of the frame number in the IP packet: after the UDP header. */
const LINK = 14;
const NUMBER = 28;
const SOURCE_PORT = LINK + 20;
/** Source port of the frames that match the trigger. */
const TRIGGER_PORT = 7777;
const MIN_LENGTH = LINK + NUMBER + 4;
const MAX_LENGTH = 1514;

export interface SentFrame {
  readonly number: number;
  readonly wire: 'eth0' | 'eth1';
  readonly bytes: Uint8Array;
  readonly isTrigger: boolean;
  /** Milliseconds since 1970, just before sending. */
  readonly from: number;
  /** The same, soon after delivery; infinite until then. The kernel's time stamp is between both. */
  to: number;
}

/** Returns the number in an IP packet of the flow. */
export function numberOf(packet: Uint8Array): number {
  return new DataView(packet.buffer, packet.byteOffset).getUint32(NUMBER);
}

/** Returns milliseconds since 1970, with fractions. */
export const wallTime = (): number => performance.timeOrigin + performance.now();

/** Frames between two checks for delivery. */
const DELIVERY_INTERVAL = 16;

/** Sends for 2 to 3 seconds. @param sent receives every frame before it is sent */
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
    const minimum = random.pick([MIN_LENGTH, MIN_LENGTH, 1000, MAX_LENGTH]);
    for (let count = 0; count < frames; count += 1) {
      const isTrigger = random.oneIn(400);
      const wire = random.oneIn(4) ? 'eth1' : 'eth0';
      const port = isTrigger ? TRIGGER_PORT : 4000 + random.below(64);
      const bytes = makeFrame(sent.length, minimum + random.below(MAX_LENGTH + 1 - minimum), port);
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

/** Returns a frame whose bytes depend on its number, so that mixed-up bytes are detected. */
function makeFrame(number: number, length: number, sourcePort: number): Uint8Array {
  const bytes = taggedFrame([], length - LINK - NUMBER);
  for (let at = MIN_LENGTH; at < length; at += 1) bytes[at] = number * 7 + at;
  const view = new DataView(bytes.buffer);
  view.setUint16(SOURCE_PORT, sourcePort);
  view.setUint32(LINK + NUMBER, number);
  return bytes;
}
