/** The probing commands as their users run them: in a chain of routers, as root, as nobody, and by the package. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CHAIN_TARGET, createLab, type Lab, routerChain } from '../../src/lab/index.ts';
import { openFile } from '../../src/pcap/file-reader.ts';
import { TestFolder } from '../support/capture-lab.ts';
import { eventually } from '../support/eventually.ts';
import { LabProcess } from '../support/lab-process.ts';
import { missing, requirePeer } from '../support/peers.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const ROUTERS = ['10.1.1.254', '10.0.1.10', '10.0.1.14'];
const NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all'];
const isRealRoot = process.getuid?.() === 0;

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(routerChain());
  lab.host('source').setKernelParameter('ipv4/ping_group_range', '0 2147483647');
});
afterAll(() => lab.close());

async function run(
  command: string,
  words: readonly string[],
): Promise<{ stdout: string; stderr: string; status: number }> {
  await using program = new LabProcess(lab.host('source'), command, words);
  const status = await program.exit();
  return { stdout: program.standardOutput.toString(), stderr: program.standardError, status };
}

const tapline = (...words: string[]): ReturnType<typeof run> => run(process.execPath, [MAIN, ...words]);

/** Addresses that begin the lines of a traceroute, ours or another's. */
function hopsOf(text: string): string[] {
  return [...text.matchAll(/^ *\d+ +([\d.:a-f]+)/gm)].map(([, address = '']) => address);
}

describe('ping', () => {
  test('words and status as ping(8) has them', async () => {
    const { stdout, status } = await tapline('ping', '-c', '3', '-i', '0.01', CHAIN_TARGET.ipv4);
    expect(stdout.replaceAll(/\d+\.\d{3}/g, 'N')).toBe(
      `PING ${CHAIN_TARGET.ipv4} (${CHAIN_TARGET.ipv4}): 56 data bytes\n` +
        [0, 1, 2].map((seq) => `64 bytes from ${CHAIN_TARGET.ipv4}: icmp_seq=${seq} ttl=61 time=N ms\n`).join('') +
        `\n--- ${CHAIN_TARGET.ipv4} ping statistics ---\n3 packets transmitted, 3 packets received, 0.0% packet loss\n` +
        'round-trip min/avg/max/stddev = N/N/N/N ms\n',
    );
    expect(status).toBe(0);
  });

  test('status 2 when nobody answers, 68 for an unknown host', async () => {
    expect((await tapline('ping', '-c', '1', '-W', '0.2', '10.1.2.77')).status).toBe(2);
    const unknown = await tapline('ping', '-c', '1', 'no-such-host.invalid');
    expect([unknown.status, unknown.stderr]).toEqual([
      68,
      'tapline: cannot resolve no-such-host.invalid: Unknown host\n',
    ]);
  });

  test('an unknown name does not end the others: its error, their replies, status 68', async () => {
    const words = ['-c', '1', 'no-such-host.invalid', CHAIN_TARGET.ipv4];
    const pinged = await tapline('ping', ...words);
    expect([pinged.status, pinged.stderr]).toEqual([
      68,
      'tapline: cannot resolve no-such-host.invalid: Unknown host\n',
    ]);
    expect(pinged.stdout).toContain('1 packets transmitted, 1 packets received, 0.0% packet loss\n');
    const swept = await tapline('sweep', ...words.slice(2));
    expect([swept.status, swept.stderr]).toEqual([68, pinged.stderr]);
    expect(swept.stdout).toContain('1 target, 1 alive, 0 unreachable, 0 silent');
    const document = JSON.parse((await tapline('ping', '--json', ...words)).stdout) as { events: object[] };
    expect(document.events[0]).toMatchObject({ type: 'unknown-host', error: expect.stringContaining('Unknown host') });
  });

  test('the words of iputils are those of the installed ping', async () => {
    if (requirePeer('ping') === undefined) return;
    const words = ['-c', '2', '-i', '0.2', CHAIN_TARGET.ipv4];
    const ours = await tapline('ping', '--style', 'iputils', ...words);
    const theirs = await run('ping', ['-n', ...words]);
    const numbers = (text: string): string =>
      text.replaceAll(/(time[= ])[\d.]+/g, '$1N').replaceAll(/[\d.]+\/[\d.]+\/[\d.]+\/[\d.]+/g, 'N');
    expect(numbers(ours.stdout)).toBe(numbers(theirs.stdout));
    const far = ['-c', '1', '-t', '2', '-W', '1'];
    const peer = await run('ping', ['-n', ...far, CHAIN_TARGET.ipv4]);
    const own = await tapline('ping', '--style', 'iputils', '-c', '1', '-m', '2', '-W', '1', CHAIN_TARGET.ipv4);
    const errorLine = /^From .*$/m;
    expect(errorLine.exec(own.stdout)?.[0]).toBe(errorLine.exec(peer.stdout)?.[0]);
  });

  test('an interrupt prints the summary', async () => {
    await using program = new LabProcess(lab.host('source'), process.execPath, [
      MAIN,
      'ping',
      '-i',
      '0.05',
      CHAIN_TARGET.ipv4,
    ]);
    await eventually(() => expect(program.standardOutput.toString()).toContain('icmp_seq=2'));
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
    expect(program.standardOutput.toString()).toMatch(/\n--- .* ping statistics ---\n\d+ packets transmitted/);
  });

  test('a flood draws and erases dots, with a bell for each reply; SIGQUIT shows the figures so far', async () => {
    const flood = await tapline('ping', '-f', '-a', '-c', '5', CHAIN_TARGET.ipv4);
    const [, marks = ''] = /^PING .*\n([^\n]*)\n--- /.exec(flood.stdout.replaceAll('\x07\b \b', 'R')) ?? [];
    expect([...marks].sort().join('')).toBe('.....RRRRR');
    const quiet = await tapline('ping', '-f', '-q', '-a', '-c', '5', CHAIN_TARGET.ipv4);
    expect(quiet.stdout).toMatch(/^PING .*\n\.{5}\n--- /);
    await using program = new LabProcess(lab.host('source'), process.execPath, [MAIN, 'ping', CHAIN_TARGET.ipv4]);
    while (!program.standardOutput.toString().includes('icmp_seq=0'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    program.signal('SIGQUIT');
    await program.printed(' packets received (');
    expect(program.standardError).toMatch(/^\r\d+\/\d+ packets received \(\d+%\) .* max\n$/);
    program.signal('SIGINT');
    expect(await program.exit()).toBe(0);
  });

  test('JSON is whole, also when there is nothing to tell', async () => {
    const { stdout } = await tapline('ping', '--json', '-c', '1', '-W', '0.2', '10.1.2.78');
    expect(JSON.parse(stdout)).toMatchObject({
      events: [{ type: 'start' }, { type: 'timeout' }],
      summary: { received: 0 },
    });
    const lines = (await tapline('ping', '--ndjson', '-c', '2', '-i', '0.01', CHAIN_TARGET.ipv6)).stdout
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
      'start',
      'reply',
      'reply',
      'summary',
    ]);
  });
});

describe('traceroute, mtr, sweep', () => {
  test.each(['udp', 'icmp', 'tcp'])('the same routers as the installed traceroute sees, by %s', async (protocol) => {
    if (requirePeer('traceroute') === undefined) return;
    const ours = await tapline('traceroute', '-n', '-P', protocol, CHAIN_TARGET.ipv4);
    const theirs = await run('traceroute', ['-n', '-N', '1', CHAIN_TARGET.ipv4]);
    expect(hopsOf(ours.stdout)).toEqual([...ROUTERS, CHAIN_TARGET.ipv4]);
    expect(hopsOf(theirs.stdout)).toEqual(hopsOf(ours.stdout));
    expect(ours.status).toBe(0);
  });

  test('tracert begins as the reference does', async () => {
    const { stderr } = await tapline('tracert', '-n', CHAIN_TARGET.ipv4);
    expect(stderr).toBe(`tracert to ${CHAIN_TARGET.ipv4} (${CHAIN_TARGET.ipv4}), 64 hops max, 40 byte packets\n`);
  });

  test('mtr reports the hops that the installed mtr does, without loss', async () => {
    const ours = await tapline('mtr', '-n', '-c', '3', '-i', '0.2', CHAIN_TARGET.ipv4);
    const rows = [...ours.stdout.matchAll(/^ *(\d+)\. ([\d.]+) +([\d.]+)% +(\d+)/gm)].map(([, , host, loss, sent]) => [
      host,
      loss,
      sent,
    ]);
    expect(rows).toEqual([...ROUTERS, CHAIN_TARGET.ipv4].map((host) => [host, '0.0', '3']));
    if (requirePeer('mtr') === undefined) return;
    const theirs = await run('mtr', ['-n', '-r', '-c', '2', CHAIN_TARGET.ipv4]);
    expect([...theirs.stdout.matchAll(/\|-- ([\d.]+)/g)].map(([, host]) => host)).toEqual(rows.map(([host]) => host));
  });

  test('mtr on a terminal: a screen that redraws itself, and gives the terminal back', async () => {
    if (requirePeer('script') === undefined) return;
    using folder = new TestFolder();
    const words = `stty cols 130; ${process.execPath} ${MAIN} mtr -n -c 3 -i 0.2 ${CHAIN_TARGET.ipv4}`;
    await run('script', ['-qc', words, folder.file('typescript')]);
    const screen = readFileSync(folder.file('typescript'), 'utf8');
    expect(screen).toContain('\x1b[?1049h\x1b[?25l');
    expect(screen).toMatch(/tapline mtr 10\.1\.2\.2[\s\S]*q quit {2}p pause[\s\S]* 4\. 10\.1\.2\.2 +0\.0%/);
    expect(screen.slice(screen.indexOf('\x1b[?25h\x1b[?1049l'))).toMatch(
      /^[\s\S]*Host +Loss%[\s\S]* 4\. 10\.1\.2\.2 +0\.0% +3/,
    );
  });

  test('mtr as CSV, JSON and for Prometheus', async () => {
    const fast = ['-n', '-c', '1', CHAIN_TARGET.ipv4];
    expect((await tapline('mtr', '--csv', ...fast)).stdout.split('\n')).toHaveLength(6);
    expect(JSON.parse((await tapline('mtr', '--json', ...fast)).stdout)).toMatchObject({
      summary: { isReached: true },
    });
    expect((await tapline('mtr', '--prometheus', ...fast)).stdout).toMatch(
      /^tapline_path_loss_ratio\{.*hop="4".*\} 0$/m,
    );
  });

  test('a sweep finds who is there', async () => {
    const { stdout } = await tapline('sweep', '-a', '-w', '2', '-r', '0', '10.1.2.0/24');
    expect(stdout.trim().split('\n').sort()).toEqual(['10.1.2.2', '10.1.2.254']);
    const ports = await tapline('sweep', '-p', '1-3', CHAIN_TARGET.ipv4);
    expect(ports.stdout.match(/port [123] is closed/g)).toHaveLength(3);
    expect(ports.stdout).toContain('1 target, 1 alive, 0 unreachable, 0 silent; 3 probes');
    expect(ports.stdout).toContain('ports: 0 open, 3 closed, 0 filtered\n');
  });

  test('--pcap holds exactly our probes and their answers, and tshark finds no fault in them', async () => {
    using folder = new TestFolder();
    const path = folder.file('probes.pcapng');
    await tapline('traceroute', '-n', '-q', '1', '-N', '1', '--pcap', path, CHAIN_TARGET.ipv4);
    await using source = await openFile(path);
    let frames = 0;
    let last = 0n;
    for await (const packet of source.packets()) {
      frames += 1;
      expect(packet.timestamp - last).toBeGreaterThan(-1_000_000_000n);
      last = packet.timestamp;
    }
    expect(frames).toBe(8);
    if (requirePeer('tshark') === undefined) return;
    const args = [
      '-r',
      path,
      '-o',
      'udp.check_checksum:TRUE',
      '-T',
      'fields',
      '-e',
      'udp.checksum.status',
      '-e',
      'udp.srcport',
      '-e',
      'frame.comment',
    ];
    const shown = (await run('tshark', args)).stdout.trimEnd().split('\n');
    expect(shown.filter((line) => line.includes('\tprobe ')).map((line) => line.split('\t')[0])).toEqual([
      '1',
      '1',
      '1',
      '1',
    ]);
    expect(new Set(shown.map((line) => line.split('\t')[1]?.split(',')[0])).size).toBe(1); // one flow
  });
});

describe.skipIf(!isRealRoot)('nobody', () => {
  const setpriv = requirePeer('setpriv');
  const asNobody = (...words: string[]): ReturnType<typeof run> =>
    run(setpriv ?? '', [...NOBODY, process.execPath, MAIN, ...words]);

  test('pings by a ping socket', async () => {
    for (const target of [CHAIN_TARGET.ipv4, CHAIN_TARGET.ipv6]) {
      const { stdout, stderr, status } = await asNobody('ping', '-v', '-c', '2', '-i', '0.2', target);
      expect(stderr.split('\n')).toEqual([
        expect.stringMatching(/^tapline: continues as user 65534 with no capabilities; .*; system calls are filtered$/),
        'ping: transport: ping socket',
        '',
      ]);
      expect(status).toBe(0);
      expect(stdout).toContain('2 packets transmitted, 2 packets received');
    }
  });

  test('traces by UDP', async () => {
    const { stdout, status } = await asNobody('traceroute', '-n', CHAIN_TARGET.ipv4);
    expect([hopsOf(stdout), status]).toEqual([[...ROUTERS, CHAIN_TARGET.ipv4], 0]);
  });

  test('monitors by a ping socket', async () => {
    const { stdout, status } = await asNobody('mtr', '-n', '-r', '-c', '1', CHAIN_TARGET.ipv4);
    const hosts = [...stdout.matchAll(/^ *\d+\. ([\d.]+) /gm)].map(([, host]) => host);
    expect([hosts, status]).toEqual([[...ROUTERS, CHAIN_TARGET.ipv4], 0]);
  });

  test('is told what masks need, and not to open ping sockets for them', async () => {
    const { stderr, status } = await asNobody('ping', '-c', '1', '-M', 'mask', CHAIN_TARGET.ipv4);
    expect(stderr).toMatch(/CAP_NET_RAW is missing; run as root/);
    expect(stderr).not.toContain('ping_group_range');
    expect(status).toBe(3);
  });

  test('is told what TCP probes need', async () => {
    const { stderr, status } = await asNobody('traceroute', '-P', 'tcp', CHAIN_TARGET.ipv4);
    expect(stderr).toMatch(/CAP_NET_RAW is missing.*or use UDP or ICMP probes/);
    expect(status).toBe(3);
  });
});

/** Both transports do the same, where both can. */
describe('the raw-socket package', () => {
  const folder = dirname(createRequire(import.meta.url).resolve('raw-socket/package.json'));
  const isBuilt = existsSync(join(folder, 'build/Release/raw.node'));
  if (!isBuilt) missing('the package raw-socket, built: npm rebuild raw-socket --foreground-scripts');

  test.skipIf(!isBuilt).each([CHAIN_TARGET.ipv4, CHAIN_TARGET.ipv6])('pings and traces to %s', async (target) => {
    const words = ['--ndjson', '-c', '3', '-i', '0.05', target];
    const events = (text: string): { type: string }[] =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { type: string });
    const byPackage = events((await tapline('ping', '--transport', 'raw-socket', ...words)).stdout);
    const byKernel = events((await tapline('ping', ...words)).stdout);
    expect(byPackage.map(({ type }) => type)).toEqual(byKernel.map(({ type }) => type));
    expect(byPackage[1]).toMatchObject({ timestampSource: 'user', bytes: 64, isDuplicate: false });
    expect(byKernel[1]).toMatchObject({ timestampSource: 'kernel-both' });
    for (const protocol of ['udp', 'icmp', 'tcp']) {
      const trace = (...more: string[]): ReturnType<typeof tapline> =>
        tapline('traceroute', '-n', '-P', protocol, ...more, target);
      const [one, other] = [await trace('--transport', 'raw-socket'), await trace()];
      expect(hopsOf(one.stdout), protocol).toEqual(hopsOf(other.stdout));
    }
  });

  test.skipIf(isBuilt)('where it was not built, it says what to do', async () => {
    const { stderr, status } = await tapline('ping', '--transport', 'raw-socket', '127.0.0.1');
    expect(stderr).toMatch(/cannot load the raw-socket package: not installed, or not built/);
    expect(status).toBe(1);
  });
});
