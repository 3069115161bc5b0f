/**
 * Runs `tapline demo`: captures traffic between two hosts in network namespaces with a filter, prints it, writes it to a
 * file and reads the file back. @module
 */
import { resolve } from 'node:path';
import { printable } from '../base/text.ts';
import { openLive } from '../capture/index.ts';
import { createLab, enterLab, exchangeTcp, type Lab, pingAddress, sendUdp, twoHosts } from '../lab/index.ts';
import { createPcapWriter, openFile } from '../pcap/index.ts';
import { record } from '../session/index.ts';
import { createLineSink } from './capture/line-sink.ts';
import { formatCounters } from './capture/live-counter.ts';
import { teeSinks } from './capture/tee-sinks.ts';
import type { CommandContext } from './context.ts';
import { listenForStop } from './stop-signals.ts';

const FILTER = 'ip host 10.1.1.1 or ip host 10.1.1.2';

/** Milliseconds until the kernel has delivered the last block. */
const SETTLE_TIME = 150;

export async function runDemo(path: string, context: CommandContext): Promise<void> {
  const entered = await enterLab();
  if (entered !== undefined) {
    process.exitCode = entered;
    return;
  }
  const say = (text: string): void => context.stdout.write(`${text}\n`);
  say('Two hosts, left (10.1.1.1) and right (10.1.1.2), in network namespaces, connected by a veth pair.');
  await using lab = await createLab(twoHosts());
  const file = resolve(path);

  say(`Capturing on right's eth0: ${FILTER}\n`);
  await using source = lab.host('right').run(() => openLive('eth0', { filter: FILTER, blockTimeout: 20 }));
  const stop = listenForStop(context);
  const options = { linkType: source.linkType, snapLength: source.snapLength };
  const writer = createPcapWriter(file, options);
  const lines = createLineSink(() => source.linkType, { numeric: true }, context.stdout, stop.stop);
  const recording = record(source, teeSinks(lines, writer), { signal: stop.signal });
  try {
    await makeTraffic(lab, stop.signal);
    await context.clock.sleep(SETTLE_TIME, stop.signal);
  } finally {
    stop.stop();
    stop.release();
  }
  const summary = await recording;
  await writer.close();

  say(`\n${formatCounters(summary.frames, summary.statistics)}`);
  say('The filter rejected an IPv6 ping and an IPv6 TCP connection on the same link.');
  say(`Read back from ${printable(file)}: ${await countFrames(file)} packets.\n`);
  say(whatNext(path));
}

/** Sends traffic between the two hosts; nothing leaves the namespaces. */
async function makeTraffic(lab: Lab, signal: AbortSignal): Promise<void> {
  const left = lab.host('left');
  const right = lab.host('right');
  const text = (words: string): Uint8Array => new TextEncoder().encode(words);
  const steps = [
    () => pingAddress(left, right.address(), { count: 2 }),
    () => sendUdp(left, right, text('a datagram'), { port: 514 }),
    () =>
      exchangeTcp(left, right, {
        port: 25,
        request: text('EHLO left.example\r\n'),
        reply: text('250 right.example\r\n'),
      }),
    () => pingAddress(left, right.address(6)),
    () =>
      exchangeTcp(left, right, {
        address: right.address(6),
        port: 80,
        request: text('GET /\r\n'),
        reply: text('ok\r\n'),
      }),
  ];
  for (const step of steps) {
    if (signal.aborted) return;
    await step();
  }
}

async function countFrames(path: string): Promise<number> {
  await using source = await openFile(path);
  let frames = 0;
  for await (const batch of source.batches()) frames += batch.size;
  return frames;
}

/** Returns suggested command lines, spelled like this one. */
function whatNext(path: string): string {
  const isNpm = process.env['npm_lifecycle_event'] === 'start';
  const program = isNpm ? 'npm start --' : 'tapline';
  const lines = [
    [`${program} read ${printable(path)} -v tcp port 25`, 'print the file with a filter and more detail'],
    [`${program} interfaces`, 'list the interfaces'],
    [`sudo ${program} capture -i any -c 20`, 'capture traffic of this machine'],
    [`${program} filter --explain tcp port 25 and host 10.1.1.1`, 'explain a filter'],
    [`${program} --help`, 'list the commands'],
  ] as const;
  const width = Math.max(...lines.map(([command]) => command.length));
  return ['What to try next:', ...lines.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`)].join('\n');
}
