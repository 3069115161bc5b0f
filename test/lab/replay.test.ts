/** `tapline replay` on a wire: what arrives is what the file holds, edited as asked, and peers agree on the checksums. @module */
import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openLive } from '../../src/capture/live.ts';
import { createLab, exchangeTcp, type Lab, sendUdp, supportsLinkKind, twoHosts } from '../../src/lab/index.ts';
import { setLink } from '../../src/netlink/link.ts';
import { addRoute } from '../../src/netlink/route-request.ts';
import { createPcapngWriter, createPcapWriter } from '../../src/pcap/file-writer.ts';
import { record } from '../../src/session/record.ts';
import { lentFrame } from '../support/capture-file.ts';
import { frameTexts, makeMixedTraffic, readPackets, TestFolder, taggedFrame } from '../support/capture-lab.ts';
import { tapline } from '../support/cli-lab.ts';
import { framesDelivered } from '../support/delivery.ts';
import { address } from '../support/made-frames.ts';
import { requirePeer } from '../support/peers.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(twoHosts({ mtu: 9000 }));
});
afterAll(() => lab.close());

/** Records what `work` puts on right's wire. */
async function recordRight(path: string, work: () => Promise<unknown>, filter = ''): Promise<void> {
  const source = lab.host('right').run(() => openLive('eth0', { filter, blockTimeout: 20 }));
  const writer = createPcapWriter(path, { linkType: source.linkType, timestampPrecision: 'nano' });
  const stop = new AbortController();
  const recording = record(source, writer, { signal: stop.signal });
  try {
    await work();
    await framesDelivered();
  } finally {
    stop.abort();
    await recording;
    await writer.close();
    await source.close();
  }
}

/** Runs a replay on left's eth0 to its end; gives what it said. */
async function send(...words: string[]): Promise<{ status: number; stderr: string; stdout: string }> {
  await using program = tapline(lab.host('left'), 'replay', '-i', 'eth0', ...words);
  const status = await program.exit();
  return { status, stderr: program.standardError, stdout: program.standardOutput.toString() };
}

describe('replay', () => {
  test('mixed traffic arrives as it was recorded, VLAN tags and large frames too', async () => {
    using folder = new TestFolder();
    const [recorded, again] = [folder.file('recorded.pcap'), folder.file('again.pcap')];
    await recordRight(recorded, () => makeMixedTraffic(lab), 'ether src 02:00:00:00:00:01');
    const frames = await readPackets(recorded);
    expect(frames.length).toBeGreaterThan(20);
    await recordRight(
      again,
      async () => {
        const { status, stdout } = await send('--rate', '2000', '--json', recorded);
        expect(status).toBe(0);
        const bytes = frames.reduce((sum, { wireLength }) => sum + wireLength, 0);
        expect(JSON.parse(stdout)).toMatchObject({ sent: frames.length, bytes, failed: 0 });
      },
      'ether src 02:00:00:00:00:01',
    );
    // What right's kernel answers to left's old TCP segments makes left's kernel speak as well: those are extra.
    const arrived = frameTexts(await readPackets(again));
    let at = 0;
    for (const text of arrived) if (text === frameTexts(frames.slice(at, at + 1))[0]) at += 1;
    expect(at).toBe(frames.length);
  });

  test('a filter, a limit, rounds', async () => {
    using folder = new TestFolder();
    const path = folder.file('made.pcap');
    const writer = createPcapWriter(path, { linkType: 1 });
    for (let size = 60; size < 70; size += 1) writer.add(lentFrame(foreign(size)), size);
    await writer.close();
    const again = folder.file('again.pcap');
    await recordRight(
      again,
      async () => {
        const { stderr } = await send('--top-speed', '--loop', '0', '-c', '7', path, 'less', '62');
        expect(stderr).toContain('7 frames sent');
      },
      'ether proto 0x88b5',
    );
    expect((await readPackets(again)).map(({ wireLength }) => wireLength)).toEqual([60, 61, 62, 60, 61, 62, 60]);
  });

  test('edits, and peers find every checksum right', async () => {
    const tcpdump = requirePeer('tcpdump');
    using folder = new TestFolder();
    const [recorded, again] = [folder.file('recorded.pcap'), folder.file('again.pcap')];
    const left = lab.host('left');
    const right = lab.host('right');
    const request = new Uint8Array(3_000).fill(0x41);
    await recordRight(
      recorded,
      async () => {
        await exchangeTcp(left, right, { port: 25, request, reply: request });
        await exchangeTcp(left, right, { port: 25, address: right.address(6), request, reply: request });
        await sendUdp(left, right, request, { port: 514 });
        await sendUdp(left, right, request, { port: 514, address: right.address(6) });
      },
      '(tcp or udp) and ether src 02:00:00:00:00:01',
    );
    const edits = ['--edit-address', '10.1.1.0/24=192.0.2.0/24', '--edit-address', 'fd00:1::2=2001:db8::77'];
    const link = ['--edit-destination-mac', '02:00:00:00:00:99', '--edit-add-vlan', '42'];
    await recordRight(
      again,
      async () => {
        expect((await send('--rate', '5000', ...edits, ...link, recorded)).status).toBe(0);
      },
      'ether dst 02:00:00:00:00:99',
    );
    const frames = await readPackets(again);
    expect(frames).toHaveLength((await readPackets(recorded)).length);
    if (tcpdump === undefined) return;
    const text = execFileSync(tcpdump, ['-r', again, '-n', '-e', '-vv'], { encoding: 'utf8', stdio: 'pipe' });
    expect(text.match(/vlan 42/g)).toHaveLength(frames.length);
    expect(text).not.toMatch(/10\.1\.1\.|fd00:1::2/);
    expect(text).toContain('192.0.2.2');
    expect(text).toContain('2001:db8::77');
    expect(text.match(/cksum 0x[0-9a-f]{4} \(correct\)|udp sum ok/g)?.length).toBe(frames.length);
    expect(text).not.toMatch(/incorrect|\bbad\b/);
  });

  test('the gaps of the recording: the whole takes as long as it did', async () => {
    using folder = new TestFolder();
    const path = folder.file('slow.pcap');
    const writer = createPcapWriter(path, { linkType: 1 });
    for (let frame = 0; frame < 5; frame += 1) {
      writer.add(lentFrame(foreign(60), { seconds: 1_000, nanoseconds: frame * 100e6 }), 60);
    }
    await writer.close();
    const { stdout } = await send('--json', path);
    expect((JSON.parse(stdout) as { milliseconds: number }).milliseconds).toBeGreaterThanOrEqual(400);
  });

  test('one interface of a PCAPNG file', async () => {
    using folder = new TestFolder();
    const path = folder.file('two.pcapng');
    const writer = createPcapngWriter(path);
    writer.addInterface({ linkType: 276 });
    writer.addInterface({ linkType: 1 });
    for (const number of [0, 1, 1]) writer.addTo(number, lentFrame(foreign(60)), 60);
    await writer.close();
    expect((await send('--interface-number', '1', '--top-speed', path)).stderr).toContain('2 frames sent');
    const refused = await send('--interface-number', '0', path);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('cannot send LINUX_SLL2 frames on eth0: it accepts EN10MB');
  });

  test('Ctrl-C ends it with its counters', async () => {
    using folder = new TestFolder();
    const path = folder.file('made.pcap');
    const writer = createPcapWriter(path, { linkType: 1 });
    writer.add(lentFrame(foreign(60)), 60);
    await writer.close();
    await using program = tapline(lab.host('left'), 'replay', '-i', 'eth0', '--rate', '100', '--loop', '0', path);
    await program.said('sending on eth0');
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
    expect(program.standardError).toMatch(/\d+ frames? sent, \d+ bytes/);
  });

  test('frames longer than the MTU are skipped, the tagged ones four bytes later', async () => {
    using folder = new TestFolder();
    const path = folder.file('long.pcap');
    const writer = createPcapWriter(path, { linkType: 1 });
    const tagged = taggedFrame([[0x8100, 5]], 9_018 - 14 - 4 - 28);
    for (const frame of [foreign(9_014), foreign(9_015), tagged]) writer.add(lentFrame(frame), frame.length);
    await writer.close();
    const { stdout } = await send('--top-speed', '--json', path);
    expect(JSON.parse(stdout)).toMatchObject({ sent: 2, failed: 0, skipped: { tooLong: 1 } });
  });
});

describe('the guard', () => {
  test.each([
    ['IPv4', '0.0.0.0', '10.1.1.2', 254],
    ['IPv6', '::', 'fd00:1::2', 1234],
  ])('a default route of %s keeps a replay away, until --yes-send', async (family, destination, gateway, table) => {
    await using other = await createLab(twoHosts());
    const host = other.host('left');
    const { index } = host.interface('eth0');
    const route = { destination: address(destination), prefixLength: 0, table };
    await host.netlink.execute(
      addRoute({ ...route, nextHops: [{ gateway: address(gateway), interfaceIndex: index }] }),
    );
    using folder = new TestFolder();
    const path = folder.file('made.pcap');
    const writer = createPcapWriter(path, { linkType: 1 });
    writer.add(lentFrame(foreign(60)), 60);
    await writer.close();
    await using refused = tapline(host, 'replay', '-i', 'eth0', path);
    expect(await refused.exit()).toBe(2);
    expect(refused.standardError).toBe(
      `tapline: eth0 carries a default route: default via ${gateway} dev eth0 table ${table} (${family}); ` +
        'use --yes-send to send there anyway\n',
    );
    await using sent = tapline(host, 'replay', '-i', 'eth0', '--yes-send', path);
    expect(await sent.exit()).toBe(0);
    await using loopback = tapline(host, 'replay', '-i', 'lo', path);
    expect(await loopback.exit()).toBe(0);
  });

  test('a default route over a VLAN on the interface counts, too', async (context) => {
    if (!(await supportsLinkKind('vlan'))) context.skip('this kernel has no VLAN interfaces');
    const plan = twoHosts();
    const vlans = [{ interface: 'eth0.5', parent: 'eth0', id: 5, addresses: ['10.5.0.1/24'] }];
    const routes = [{ to: 'default', via: '10.5.0.2' }];
    const hosts = plan.hosts.map((host) => (host.name === 'left' ? { ...host, vlans, routes } : host));
    await using other = await createLab({ ...plan, hosts });
    await using program = tapline(other.host('left'), 'replay', '-i', 'eth0', 'none.pcap');
    expect(await program.exit()).toBe(2);
    expect(program.standardError).toContain(
      'eth0 carries a default route: default via 10.5.0.2 dev eth0.5 table 254 (IPv4)',
    );
  });

  test('an interface that is down is an error that says so', async () => {
    await using other = await createLab(twoHosts());
    const host = other.host('left');
    await host.netlink.execute(setLink(host.interface('eth0').index, { up: false }));
    using folder = new TestFolder();
    const path = folder.file('made.pcap');
    const writer = createPcapWriter(path, { linkType: 1 });
    writer.add(lentFrame(foreign(60)), 60);
    await writer.close();
    await using program = tapline(host, 'replay', '-i', 'eth0', path);
    expect(await program.exit()).toBe(1);
    expect(program.standardError).toContain('cannot send frames on eth0: ');
    expect(program.standardError).toContain('the interface is down; bring it up: ip link set dev eth0 up\n');
  });
});

/** A frame that no kernel answers. */
function foreign(length: number): Uint8Array {
  const frame = new Uint8Array(length).fill(0x5a);
  frame.set([2, 0, 0, 0, 0, 0x99, 2, 0, 0, 0, 0, 1, 0x88, 0xb5]);
  return frame;
}
