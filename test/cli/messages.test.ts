/** Command lines of capture, read and replay: what is made of them, the messages, and the help. */
import { describe, expect, test } from 'vitest';
import { parseCapture } from '../../src/cli/capture/capture-options.ts';
import { dropAdvice } from '../../src/cli/capture/drop-advice.ts';
import { parseInstead } from '../../src/cli/capture/instead-options.ts';
import { formatStop } from '../../src/cli/capture/stop-message.ts';
import { parseRead } from '../../src/cli/file/read-options.ts';
import { parseReplay } from '../../src/cli/file/replay-options.ts';
import type { StopReason } from '../../src/session/record.ts';
import { captureWords, FRAME_HELP, readWords, replayWords } from '../support/command-words.ts';

/** The message of what `work` throws. */
function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('nothing was thrown');
}

const capture = (...words: string[]) => parseCapture(captureWords('-i', 'eth0', ...words));
const instead = (...words: string[]) => parseInstead(captureWords(...words));
const read = (...words: string[]) => parseRead(readWords(...words));
const replay = (...words: string[]) => parseReplay(replayWords('-i', 'eth0', ...words));

describe('command lines become plain data', () => {
  test('capture, for threads too: all of it can be sent to one', () => {
    const command = capture('-w', 'mail.pcapng.gz', '--threads', '2', '-C', '1M', '--ring', '5', '--mode', '640');
    expect(structuredClone(command)).toEqual(command);
    expect(command).toMatchObject({
      interfaces: [{ interfaceName: 'eth0', snapLength: 262_144, filter: undefined }],
      filter: { text: '' },
      live: { promiscuous: true, engine: 'auto', blockTimeout: 250 },
      bufferMebibytes: 32,
      threads: { count: 2, fanout: 'hash', isMerged: false, limits: { ring: 2 } },
      output: {
        path: 'mail.pcapng.gz',
        compression: 'gzip',
        timestampPrecision: 'micro',
        packetBuffered: false,
        series: { rotation: { bytes: 2 ** 20, aligned: false }, ring: 5, mode: 0o640 },
        hook: undefined,
      },
      flight: undefined,
    });
  });

  test('each interface has its own snapshot length and filter, or those of the command line', () => {
    const command = parseCapture(
      captureWords('-i', 'a/96 udp', '-i', 'b', '-s', '128', '-p', '-c', '3', 'tcp', 'port', '25'),
    );
    expect(command).toMatchObject({
      interfaces: [
        { interfaceName: 'a', snapLength: 96, filter: 'udp' },
        { interfaceName: 'b', snapLength: 128, filter: undefined },
      ],
      filter: { text: 'tcp port 25' },
      live: { promiscuous: false, blockTimeout: 20 },
      frameLimit: 3,
      output: undefined,
    });
  });

  test('the flight recorder', () => {
    expect(capture('--trigger', 'icmp', '-w', 'trouble', '--before', '16MiB', '--after', '0.5').flight).toMatchObject({
      output: { path: 'trouble.pcapng', series: { rotation: {} } },
      triggers: ['icmp'],
      before: { bytes: 16 << 20 },
      after: 500,
      historySize: 24 << 20,
      maximumTriggers: undefined,
    });
  });

  test('what capture does instead of capturing', () => {
    expect(instead('-i', 'eth0', 'tcp')).toBeUndefined();
    expect(instead('-D', '-r', 'f')).toEqual({ kind: 'interfaces' });
    expect(instead('-L', '-i', 'eth0')).toMatchObject({ kind: 'link-types', interfaces: [{ interfaceName: 'eth0' }] });
    expect(instead('-J', '-i', '2')).toMatchObject({ kind: 'timestamp-types', interfaces: [{ interfaceName: '2' }] });
    expect(instead('-r', 'f', '-i', 'eth0', '-B', '4', '-l', '-n', 'tcp', 'port', '25')).toMatchObject({
      kind: 'read',
      command: { file: 'f', isList: false, filter: { text: 'tcp port 25' }, print: { numeric: true } },
    });
    expect(instead('-V', 'list', 'tcp')).toMatchObject({
      kind: 'read',
      command: { file: 'list', isList: true, filter: { text: 'tcp' } },
    });
    expect(instead('-ddd', '-O', '-y', 'DLT_RAW', '-s', '96', 'tcp')).toEqual({
      kind: 'program',
      form: 3,
      filter: { text: 'tcp' },
      interfaces: [],
      linkType: 101,
      snapLength: 96,
      optimize: false,
    });
    expect(instead('-dd', '-r', 'f', '-i', 'eth0')).toMatchObject({
      kind: 'read',
      command: { file: 'f', programForm: 2 },
    });
  });

  test('direction, clock and optimizer of a live capture; -V takes all words as the filter', () => {
    expect(capture('-Q', 'out', '-j', 'adapter', '-O', '-y', '1')).toMatchObject({
      linkType: 1,
      live: { direction: 'out', timestamps: 'adapter', optimize: false, blockTimeout: 25 },
    });
    expect(capture('--immediate-mode', '-w', 'f').live).toMatchObject({
      direction: 'inout',
      timestamps: 'host',
      blockTimeout: 5,
    });
    expect(capture('--print', '-w', 'f').live.blockTimeout).toBe(25);
    expect(read('-V', 'list', 'tcp', 'port', '25')).toMatchObject({ file: 'list', filter: { text: 'tcp port 25' } });
    expect(read('-V', 'list')).toMatchObject({ file: 'list', isList: true, filter: { text: '' } });
  });

  test('read and replay', () => {
    expect(read('f', '-n', '-c', '2', '-F', 'filter')).toMatchObject({
      file: 'f',
      filter: { file: 'filter' },
      frameLimit: 2,
      isList: false,
      countsOnly: false,
      output: undefined,
      print: { numeric: true },
    });
    expect(replay('f', '--mbit', '10', '--loop', '0', '--edit-add-vlan', '7', '--json', 'udp')).toEqual({
      file: 'f',
      filter: { text: 'udp' },
      interfaceName: 'eth0',
      run: {
        pace: { kind: 'bits', perSecond: 1e7 },
        rounds: Number.POSITIVE_INFINITY,
        pad: false,
        edits: { addVlan: 7 },
      },
      allowsDefaultRoute: false,
      format: 'json',
      confinement: { isVerbose: false, user: undefined, input: 'f' }, // opened again in each round
    });
    expect(replay('f', '-v', '-Z', 'daemon').confinement).toEqual({
      isVerbose: true,
      user: 'daemon',
      input: undefined,
    });
  });
});

describe('messages', () => {
  test('errors of the command line', () => {
    const of = (work: (...words: string[]) => unknown, text: string): string =>
      messageOf(() => work(...text.split(' ')));
    expect([
      of(capture, '-i eth0'),
      of(capture, '-i a/b/c'),
      of(capture, '-B 0'),
      of(capture, '-C 5'),
      of(capture, '-w f -W 3'),
      of(capture, '-w f --aligned'),
      of(capture, '-w f -C 1 -W 3 --ring 3'),
      of(capture, '-w f -C 5Q'),
      of(capture, '-w f --min-free 101%'),
      of(capture, '-w f --mode 888'),
      of(capture, '--group no:such --mode 600'),
      of(capture, '-w f --on-rotate-argument x'),
      of(capture, '--merge'),
      of(capture, '--threads 2'),
      of(capture, '-i eth1 --threads 2 -w f'),
      of(capture, '-w f --threads 3 -G 1 -W 2'),
      of(capture, '--before 3'),
      of(capture, '--trigger icmp'),
      of(capture, '--trigger icmp -w f.pcap'),
      of(capture, '--trigger icmp -w f -c 1'),
      of(capture, '--trigger icmp -w f --stats -'),
      of(capture, '--trigger icmp -w f --threads 2'),
      of(capture, '--trigger icmp -w f --before 9MiB --history 64'),
      of(capture, '-F file tcp'),
      of(read, 'f --count -w g'),
      of(capture, '--count -w g'),
      of(capture, '--count --print'),
      of(capture, '-w - --print'),
      of(capture, '-w f --print --trigger icmp'),
      of(capture, '-w f --print --threads 2'),
      of(capture, '-w f --capture-comment x --trigger icmp'),
      of(capture, '--capture-comment x'),
      of(capture, '-I'),
      of(capture, '-y FOO'),
      of(read, '-n'),
      of(instead, '-r f -V g'),
      of(instead, '-L'),
      of(instead, '-r f -Q in'),
      of(instead, '-V f --threads 2'),
      of(read, 'f --utc'),
      of(replay, 'f --rate 1 --mbit 1'),
      of(replay, 'f --top-speed --multiplier 2'),
      messageOf(() => parseReplay({ ...replayWords('-i', 'eth0', 'f', '--loop', '2'), file: '-' })),
      of(replay, 'f --edit-source-mac x'),
      of(replay, 'f --edit-address 10.0.0.0/8=::/8'),
    ]).toMatchSnapshot();
  });

  test('why a run stopped, with the option that set the limit', () => {
    const reasons: StopReason[] = [
      'limit',
      'duration',
      'byte-limit',
      'file-limit',
      'quota',
      'free-space',
      'signal',
      'end',
    ];
    const { stopTexts } = capture(
      ...['-w', 'f', '-c', '3', '--duration', '5', '--stop-size', '1G', '-G', '1', '-W', '2', '--quota', '10G'],
    );
    expect(reasons.map((reason) => formatStop(reason, stopTexts))).toMatchSnapshot();
    const flight = capture('--trigger', 'icmp', '-w', 'f', '--max-triggers', '4', '--min-free', '5%').stopTexts;
    expect(reasons.map((reason) => formatStop(reason, flight))).toMatchSnapshot();
    expect(formatStop('byte-limit', read('f', '-w', 'g', '--stop-size', '1').stopTexts, 'writing')).toMatchSnapshot();
    expect(formatStop('limit', read('f', '-c', '1').stopTexts)).toBe('');
  });

  test('advice after losses', () => {
    const statistics = { received: 100, accepted: 100, dropped: 60, freezes: 1 };
    const sizes = { bufferMebibytes: 32, mostMebibytes: 2048 };
    expect(dropAdvice({ statistics, worst: undefined, ...sizes })).toMatchSnapshot();
  });
});

describe.each(Object.keys(FRAME_HELP))('help of %s', (name) => {
  test('stays', async () => {
    expect(await FRAME_HELP[name]?.()).toMatchSnapshot();
  });
});
