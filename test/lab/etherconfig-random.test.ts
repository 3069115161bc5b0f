/**
 * Random changes of a host with a kill at a random moment: the host always ends in the state before the change, or in the
 * state that was confirmed. Compared as netlink dumps of all tables of the namespace. @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EtherconfigLab } from '../support/etherconfig-lab.ts';
import { eventually } from '../support/eventually.ts';
import { type KernelState, kernelState, settledState, stateDifferences } from '../support/kernel-state.ts';
import { requirePeer } from '../support/peers.ts';
import { RandomSource } from '../support/random-source.ts';

const SEED = 20_261_124;
const SEQUENCES = process.env['TAPLINE_LONG'] === '1' ? 100 : 10;
const MAX_EDITS = 3;
/** Sequences at a time; they mostly wait. */
const AT_ONCE = 6;
/** A change takes up to 700 ms; a second later it is rolled back, which the kill may interrupt, too. */
const CHANGE_TIME = 2200;
const CONFIRM_TIME = 600;

const hasPeers = requirePeer('ip') !== undefined && requirePeer('tc') !== undefined;

/** Objects that a change can take with it; each is present in half of the sequences. */
const EXTRAS = [
  ['ip address add 10.1.1.9/24 dev eth0 label eth0:9', 'ip address add 10.1.1.10/24 dev eth0'],
  ['ip address add 10.7.7.7/32 dev eth0 noprefixroute metric 77'],
  ['ip address add fd00:1::99/64 dev eth0 valid_lft 4000 preferred_lft 2000 nodad'],
  ['ip address add fd00:3::1 peer fd00:3::2/128 dev eth0 nodad'],
  [
    'ip route add 10.5.0.0/16 via 10.1.1.2 table 100 metric 5 mtu lock 1300',
    'ip rule add iif eth0 table 100 priority 50',
  ],
  ['ip route add 10.6.0.0/16 nexthop via 10.1.1.2 weight 2 nexthop via 10.1.1.77 weight 3'],
  ['ip -6 route add fd00:9::/32 via fd00:1::2 metric 77 pref high', 'ip -6 rule add oif eth0 table 101'],
  ['ip -6 route add default via fd00:1::2'],
  ['ip neigh add 10.1.1.77 lladdr 02:00:00:00:00:77 dev eth0', 'ip neigh add proxy 10.1.1.78 dev eth0'],
  ['ip nexthop add id 7 via 10.1.1.2 dev eth0', 'ip nexthop add id 8 group 7', 'ip route add 10.8.0.0/16 nhid 8'],
  ['tc qdisc add dev eth0 root handle 5: tbf rate 10mbit burst 10kb latency 50ms'],
  ['ip link add mv0 link eth0 type macvlan mode bridge', 'ip address add 10.4.0.1/24 dev mv0', 'ip link set mv0 up'],
  [
    'ip link add br0 type bridge',
    'ip link add mv1 link eth0 type macvlan',
    'ip link set mv1 master br0 up',
    'ip link set br0 up',
  ],
  ['sysctl -qw net.ipv6.conf.eth0.accept_ra=2 net.ipv4.conf.eth0.arp_ignore=1 net.ipv6.conf.eth0.hop_limit=33'],
];

function drawEdit(random: RandomSource): string {
  switch (random.below(6)) {
    case 0:
      return `mtu edit eth0 ${68 + random.below(1212)}`;
    case 1:
      return `mtu edit eth0 ${1280 + random.below(8000)}`;
    case 2:
      return random.oneIn(2)
        ? `address add eth0 10.1.1.${20 + random.below(30)}/24`
        : `address add eth0 fd00:1::${random.below(90)}a/64`;
    case 3:
      return `address delete eth0 ${random.pick(['10.1.1.1/24', 'fd00:1::1/64'])}`;
    case 4:
      return `loopback add 10.9.9.${1 + random.below(200)}`;
    default:
      return `multicast ${random.pick(['accept', 'reject'])}`;
  }
}

/** Kills the program that makes the change, its guard, or both. */
async function killAfter(
  lab: EtherconfigLab,
  victim: 'tool' | 'guard' | 'both',
  time: number,
  kill: () => void,
): Promise<void> {
  await sleep(time);
  if (victim !== 'guard') kill();
  if (victim !== 'tool') lab.killGuards();
}

/** Until the change has ended: a guard needs time, and without a guard `recover` is the way back; it is killed once, too. */
async function settle(lab: EtherconfigLab, random: RandomSource): Promise<void> {
  if (random.oneIn(3)) {
    await using child = lab.start('recover');
    await sleep(random.below(300));
    child.signal('SIGKILL');
  }
  await eventually(async () => {
    if (lab.isPending && !lab.isGuarded) await lab.run('recover');
    expect(lab.isPending).toBe(false);
  });
}

async function expectState(lab: EtherconfigLab, wanted: KernelState, what: string): Promise<void> {
  await eventually(async () => expect(stateDifferences(wanted, await kernelState(lab.left)), what).toEqual([]));
}

type Ending = 'confirmed' | 'rolled back' | 'none';

/** Makes a change, kills some of its processes, and checks the state that it leaves. Returns how it ended. */
async function runEdit(lab: EtherconfigLab, edit: string, random: RandomSource, what: string): Promise<Ending> {
  const before = await settledState(lab.left);
  const previous = lab.outcome?.id;
  const victim = random.pick(['tool', 'guard', 'both'] as const);
  if (random.oneIn(2)) {
    await using child = lab.start(`${edit} --timeout 1${random.oneIn(2) ? ' --wait' : ''}`);
    await killAfter(lab, victim, random.below(CHANGE_TIME), () => child.signal('SIGKILL'));
    if (victim === 'guard') await child.exit();
    await settle(lab, random);
    await expectState(lab, before, what);
  } else {
    const made = await lab.run(`${edit} --timeout 5`);
    const applied = await kernelState(lab.left);
    await using child = lab.start('confirm');
    await killAfter(lab, victim, random.below(CONFIRM_TIME), () => child.signal('SIGKILL'));
    if (victim === 'guard') await child.exit();
    await settle(lab, random);
    const isConfirmed = made.status === 0 && lab.outcome?.id !== previous && lab.outcome?.result === 'confirmed';
    await expectState(
      lab,
      isConfirmed ? applied : before,
      `${what}, ${isConfirmed ? 'confirmed' : 'not confirmed'}, ${victim} killed, status ${made.status} ${made.errors}, ${JSON.stringify(lab.outcome)}`,
    );
  }
  const { outcome } = lab;
  if (outcome === undefined || outcome.id === previous) return 'none';
  return outcome.result === 'confirmed' ? 'confirmed' : 'rolled back';
}

async function runSequence(sequence: number): Promise<Ending[]> {
  const random = new RandomSource(SEED + sequence);
  await using lab = await EtherconfigLab.create();
  for (const command of EXTRAS.filter(() => random.oneIn(2)).flat()) lab.ip(command);
  const endings: Ending[] = [];
  for (let edits = 1 + random.below(MAX_EDITS); edits > 0; edits -= 1) {
    const edit = drawEdit(random);
    endings.push(await runEdit(lab, edit, random, `sequence ${sequence}: ${edit}`));
  }
  return endings;
}

test.skipIf(!hasPeers)(`the state before or the state confirmed, in ${SEQUENCES} sequences`, async () => {
  const endings: Ending[] = [];
  let next = 0;
  // Each sequence has namespaces and processes of its own.
  const work = async (): Promise<void> => {
    while (next < SEQUENCES) endings.push(...(await runSequence(next++)));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const count = (ending: Ending): number => endings.filter((one) => one === ending).length;
  process.stderr.write(
    `etherconfig: ${endings.length} changes: ${count('confirmed')} confirmed, ${count('rolled back')} rolled back, ` +
      `${count('none')} refused, without effect or killed before they began\n`,
  );
  expect(count('rolled back')).toBeGreaterThan(0);
});
