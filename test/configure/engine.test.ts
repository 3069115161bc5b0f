/** Changes on a simulated kernel: the order of events, refusals, failures half-way, and the ways back. @module */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StackError } from '../../src/base/errors.ts';
import type { Edit } from '../../src/configure/edit.ts';
import { type ApplyOptions, applyEdit, type ConfigureEvent } from '../../src/configure/engine.ts';
import { runGuard } from '../../src/configure/guard.ts';
import { decodeJournal, encodeJournal } from '../../src/configure/journal.ts';
import {
  confirmPending,
  type EngineParts,
  pendingStatus,
  recoverPending,
  revertPending,
} from '../../src/configure/pending.ts';
import { StateDirectory } from '../../src/configure/state-directory.ts';
import { decodeLink, dumpLinks } from '../../src/netlink/link.ts';
import { type FakeLinks, fakeLinks } from '../support/fake-links.ts';

const OPTIONS: ApplyOptions = { confirmTime: 60, now: false, persist: false, runtimeOnly: false, peer: undefined };
const MTU: Edit = { kind: 'mtu', interface: 'eth0', mtu: 1400 };

let directory: string;
let fake: FakeLinks;
let parts: EngineParts;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tapline-engine-'));
  fake = fakeLinks();
  parts = { host: fake.host, directory, startGuard: async () => 1, answers: async () => true };
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function apply(
  edit: Edit,
  options: Partial<ApplyOptions> = {},
  others: Partial<EngineParts> = {},
): Promise<ConfigureEvent[]> {
  const events: ConfigureEvent[] = [];
  for await (const event of applyEdit({ ...parts, ...others }, edit, { ...OPTIONS, ...options })) events.push(event);
  return events;
}

/** Interfaces and addresses; the order of links has no meaning. */
async function state(): Promise<unknown> {
  const { messages } = await fake.host.netlink.dump(dumpLinks());
  const links = messages
    .map((message) => decodeLink(message))
    .map((link) => [link?.index, link?.name, link?.mtu, link?.parentIndex, link?.vlan]);
  return [
    links.sort((one, other) => Number(one[0]) - Number(other[0])),
    fake.addresses.map((one) => [one[1], one[4], one.slice(12, 16).join('.')]).sort(),
  ];
}

describe('a change', () => {
  test('reports its events in order, and is kept when it is confirmed', async () => {
    const events = await apply(MTU);
    expect(events.map(({ type }) => type)).toEqual(['planned', 'guarded', 'applied', 'pending']);
    expect(pendingStatus(directory)).toMatchObject({ title: 'MTU of eth0: 1400', phase: 'applied', isGuarded: false });
    expect(await confirmPending(parts)).toMatchObject({ result: 'confirmed', title: 'MTU of eth0: 1400' });
    expect(fake.links.map(({ mtu }) => mtu)).toEqual([65_536, 1400, 1400]);
    expect(pendingStatus(directory)).toBeUndefined();
  });

  test('is undone by revert, with its effect on a VLAN', async () => {
    const before = await state();
    await apply(MTU);
    expect(await revertPending(parts)).toMatchObject({
      result: 'rolled back',
      restoration: { differences: [], errors: [] },
    });
    expect(await state()).toEqual(before);
  });

  test('that the host has already does nothing', async () => {
    const events = await apply({ ...MTU, mtu: 1500 });
    expect(events.map(({ type }) => type)).toEqual(['planned', 'unchanged']);
    expect(fake.changes()).toEqual([]);
  });

  test('with `now` is confirmed when it is verified', async () => {
    const events = await apply(MTU, { now: true });
    expect(events.at(-1)).toMatchObject({ type: 'ended', outcome: { result: 'confirmed' } });
    expect(pendingStatus(directory)).toBeUndefined();
  });

  test('of a VLAN: deleted, it comes back with index, parameters and addresses; with a new ID, it keeps them', async () => {
    const before = await state();
    await apply({ kind: 'vlan', action: 'delete', name: 'eth0.5' });
    expect(fake.links).toHaveLength(2);
    await revertPending(parts);
    expect(await state()).toEqual(before);
    await apply({ kind: 'vlan', action: 'edit', name: 'eth0.5', id: 7 });
    expect(await state()).toEqual(JSON.parse(JSON.stringify(before).replace('"id":5', '"id":7'), undefinedToo));
    await revertPending(parts);
    expect(await state()).toEqual(before);
    await apply({ kind: 'vlan', action: 'new', parent: 'eth0', id: 9 });
    expect(fake.links.map(({ name }) => name)).toContain('eth0.9');
    await revertPending(parts);
    expect(await state()).toEqual(before);
  });
});

/** JSON turns undefined into null. */
function undefinedToo(_key: string, value: unknown): unknown {
  return value === null ? undefined : value;
}

describe('nothing is changed', () => {
  test('if the guard cannot start', async () => {
    const startGuard = async (): Promise<never> => {
      throw new StackError('GUARD', 'cannot start the guard process: no memory; nothing was changed');
    };
    await expect(apply(MTU, {}, { startGuard })).rejects.toMatchObject({ code: 'GUARD' });
    expect(fake.changes()).toEqual([]);
    expect(pendingStatus(directory)).toBeUndefined();
  });

  test('before the journal is complete', async () => {
    let journal = '';
    const startGuard = async (path: string): Promise<number> => {
      journal = readFileSync(join(path, 'pending.journal'), 'utf8');
      expect(fake.changes()).toEqual([]);
      return 1;
    };
    await apply(MTU, {}, { startGuard });
    const { header, damagedLines, snapshot } = decodeJournal(journal);
    expect([header?.phase, damagedLines]).toEqual(['applying', 0]);
    expect(snapshot.objects.map(({ kind }) => kind)).toEqual(['link', 'link', 'address', 'address']);
  });

  test('without CAP_NET_ADMIN', async () => {
    fake.canEdit = false;
    await expect(apply(MTU)).rejects.toMatchObject({
      code: 'PRIVILEGE',
      message: expect.stringContaining('CAP_NET_ADMIN'),
    });
  });

  test('while another change is pending or being made: the message names it', async () => {
    const first = applyEdit(parts, MTU, OPTIONS);
    await first.next();
    await expect(apply({ ...MTU, mtu: 1300 })).rejects.toMatchObject({
      code: 'EDIT_PENDING',
      message: 'another change is in progress (mtu of eth0); try again when it has ended',
    });
    for await (const _event of first);
    await expect(apply({ ...MTU, mtu: 1300 })).rejects.toMatchObject({
      code: 'EDIT_PENDING',
      message: expect.stringMatching(/^another change waits for confirmation \(MTU of eth0: 1400\)/),
    });
  });
});

describe('a change that fails is undone', () => {
  test('when the kernel acknowledges it and does something else', async () => {
    fake.ignoresMtu = true;
    await expect(apply(MTU)).rejects.toMatchObject({
      code: 'EDIT',
      message: 'the MTU of eth0 is 1500 instead of 1400; the state before the change is restored',
    });
    expect(pendingStatus(directory)).toBeUndefined();
  });

  test('when the interface vanishes after the plan', async () => {
    const startGuard = async (): Promise<number> => {
      fake.links.splice(1, 1);
      return 1;
    };
    await expect(apply(MTU, {}, { startGuard })).rejects.toMatchObject({
      code: 'EDIT',
      message: expect.stringMatching(/^cannot set the MTU of eth0: netlink: ENODEV; .*interface eth0 is missing/),
    });
    expect(pendingStatus(directory)).toBeUndefined();
  });

  test('when its time ends before it is made, or a guard has ended it meanwhile', async () => {
    await expect(apply(MTU, { confirmTime: 0 })).rejects.toThrow(
      /^the time to confirm ended before the change was made/,
    );
    expect(fake.changes()).toEqual([]);
    const startGuard = async (path: string): Promise<number> => {
      StateDirectory.open(path).discardPending();
      return 1;
    };
    await expect(apply(MTU, {}, { startGuard })).rejects.toThrow(/^the time to confirm ended/);
    expect([fake.links[1]?.mtu, pendingStatus(directory)]).toEqual([1500, undefined]);
  });

  test('when the caller stops half-way', async () => {
    for await (const event of applyEdit(parts, MTU, OPTIONS)) if (event.type === 'guarded') break;
    expect(pendingStatus(directory)).toBeUndefined();
    expect(fake.links[1]?.mtu).toBe(1500);
  });
});

describe('recover', () => {
  test('discards a change of an earlier boot', async () => {
    await apply(MTU);
    const path = join(directory, 'pending.journal');
    const { header, snapshot } = decodeJournal(readFileSync(path, 'utf8'));
    writeFileSync(path, encodeJournal({ ...(header ?? expect.fail()), bootId: 'another' }, snapshot));
    expect(await recoverPending(parts)).toMatchObject({ result: 'discarded', restoration: undefined });
    expect(fake.links[1]?.mtu).toBe(1400);
    expect(await recoverPending(parts)).toBeUndefined();
  });

  test('an overdue change cannot be confirmed', async () => {
    await apply(MTU, { confirmTime: 0.2 });
    await sleep(300);
    await expect(confirmPending(parts)).rejects.toMatchObject({ message: expect.stringContaining('is over') });
    expect(await recoverPending(parts)).toMatchObject({ result: 'rolled back' });
    expect(fake.links[1]?.mtu).toBe(1500);
  });
});

describe('the guard', () => {
  const guard = (others: Partial<Parameters<typeof runGuard>[0]> = {}) =>
    runGuard({
      host: fake.host,
      directory: StateDirectory.open(directory),
      answers: async () => true,
      ready: () => undefined,
      hasParentEnded: () => false,
      isStopped: () => false,
      ...others,
    });

  test('rolls back at the deadline, on SIGTERM, and when a half-made change is left behind', async () => {
    await apply(MTU, { confirmTime: 0.2 });
    await sleep(300);
    expect(await guard()).toMatchObject({ reason: 'it was not confirmed in time' });
    await apply(MTU);
    expect(await guard({ isStopped: () => true })).toMatchObject({ reason: 'the guard process was asked to end' });
    await apply(MTU);
    const path = join(directory, 'pending.journal');
    const { header, snapshot } = decodeJournal(readFileSync(path, 'utf8'));
    writeFileSync(path, encodeJournal({ ...(header ?? expect.fail()), phase: 'applying' }, snapshot));
    expect(await guard({ hasParentEnded: () => true })).toMatchObject({
      reason: 'the program that made the change ended early',
      restoration: { differences: [] },
    });
    expect(fake.links[1]?.mtu).toBe(1500);
  });

  test('ends without a rollback when the change is confirmed', async () => {
    await apply(MTU);
    let end: ReturnType<typeof guard> | undefined;
    await new Promise<void>((resolve) => {
      end = guard({ ready: resolve });
    });
    await confirmPending(parts);
    expect(await end).toBeUndefined();
    expect(fake.links[1]?.mtu).toBe(1400);
  });

  test('refuses a damaged journal, and a second guard', async () => {
    await apply(MTU);
    using lock = StateDirectory.open(directory).lockGuard();
    expect(pendingStatus(directory)?.isGuarded).toBe(true);
    await expect(guard()).rejects.toMatchObject({ code: 'GUARD', message: 'another guard process is running' });
    lock?.[Symbol.dispose]();
    writeFileSync(join(directory, 'pending.journal'), 'rubbish');
    await expect(guard()).rejects.toMatchObject({ code: 'GUARD', message: 'the journal cannot be read' });
  });
});
