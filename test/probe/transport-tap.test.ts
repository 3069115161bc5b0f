/** The recording of a run: its order and its round trips are those that the run reports. @module */
import { expect, test } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import type { FrameView } from '../../src/base/frame.ts';
import { ping } from '../../src/icmp/ping/ping.ts';
import { EchoMethod } from '../../src/probe/methods/icmp-echo.ts';
import type { ProbeTransport } from '../../src/probe/transport.ts';
import { TransportTap } from '../../src/probe/transport-tap.ts';
import { directNetwork, NONCE } from '../support/simulate.ts';
import { SimulatedNetwork } from '../support/simulation/simulated-network.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A transport that announces kernel timestamps of its probes, which arrive after the replies or never. */
function withoutTransmitTimes(inner: ProbeTransport): ProbeTransport {
  return {
    capabilities: { ...inner.capabilities, kernelTransmitTime: true },
    droppedByUs: 0,
    send: (batch) => inner.send(batch),
    onEvent: (listener) => inner.onEvent(listener),
    close: () => inner.close(),
    [Symbol.asyncDispose]: () => inner.close(),
  };
}

test('a request precedes its reply by the reported round trip, on an unsteady wall clock', async () => {
  const clock = new VirtualClock();
  let reads = 0;
  const unsteady: Clock = {
    now: () => clock.now(),
    wallTime: () => 1_000_000 + clock.now() + (reads++ % 3) * 0.25,
    sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
  };
  const method = new EchoMethod({ family: 4, nonce: NONCE });
  const frames: { comment: string | undefined; time: number }[] = [];
  const sink = {
    add({ seconds, nanoseconds }: FrameView, _keep: number, comment?: string) {
      frames.push({ comment, time: seconds * 1_000 + nanoseconds / 1e6 });
    },
  };
  const network = withoutTransmitTimes(new SimulatedNetwork(directNetwork({ delay: 0.125 }), clock));
  await using transport = new TransportTap(network, method, sink, unsteady);
  const times: number[] = [];
  for await (const event of ping({ transport, clock, method }, { target: '192.0.2.2', count: 3 })) {
    if (event.type === 'reply') times.push(event.time);
  }
  expect(frames.map(({ comment }) => comment)).toEqual([
    ...['probe 0', 'reply to probe 0', 'probe 1', 'reply to probe 1', 'probe 2', 'reply to probe 2'],
  ]);
  expect(times).toHaveLength(3);
  for (const [index, time] of times.entries()) {
    const [request, reply] = frames.slice(2 * index, 2 * index + 2);
    expect((reply?.time ?? 0) - (request?.time ?? 0)).toBeCloseTo(time, 5);
  }
});
