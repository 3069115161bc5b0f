/** Namespaces held by descriptors: entered for the length of a call, and left whatever happens in it. @module */
import { spawnSync } from 'node:child_process';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { listInterfaces } from '../../src/inspect/interfaces.ts';
import { connectNetlink } from '../../src/netlink/connection.ts';
import {
  createNetworkNamespace,
  currentNetworkNamespace,
  inNamespace,
  type NetworkNamespace,
} from '../../src/sys/namespace.ts';

/** `net:[4026531840]`: the kernel's name of the namespace that this thread is in. */
function here(): string {
  return readlinkSync('/proc/thread-self/ns/net');
}

function identity(namespace: NetworkNamespace): string {
  return inNamespace(namespace, here);
}

describe('inNamespace', () => {
  test('is elsewhere inside and back afterwards', () => {
    const home = here();
    using namespace = createNetworkNamespace();
    expect(here()).toBe(home);
    expect(identity(namespace)).not.toBe(home);
    expect(here()).toBe(home);
  });

  test('nests', () => {
    const home = here();
    using outer = createNetworkNamespace();
    using inner = createNetworkNamespace();
    const seen = inNamespace(outer, () => [here(), inNamespace(inner, here), here()]);
    expect(seen).toEqual([identity(outer), identity(inner), identity(outer)]);
    expect(new Set([...seen, home]).size).toBe(3);
    expect(here()).toBe(home);
  });

  test('comes back when the work throws', () => {
    const home = here();
    using namespace = createNetworkNamespace();
    expect(() =>
      inNamespace(namespace, () => {
        throw new Error('from inside');
      }),
    ).toThrow('from inside');
    expect(here()).toBe(home);
  });

  test('refuses work that goes on later: it would go on outside', () => {
    const home = here();
    using namespace = createNetworkNamespace();
    expect(() => inNamespace(namespace, () => Promise.resolve(1))).toThrow(TypeError);
    expect(here()).toBe(home);
  });

  test('a closed namespace cannot be entered', () => {
    const namespace = createNetworkNamespace();
    namespace.close();
    namespace.close();
    expect(() => inNamespace(namespace, here)).toThrow(RangeError);
  });

  test('a namespace of another kind is refused with the kernel’s word', async () => {
    const { openSync, closeSync } = await import('node:fs');
    const { NetworkNamespace: Namespace } = await import('../../src/sys/namespace.ts');
    const fd = openSync('/dev/null', 'r');
    expect(() => inNamespace(new Namespace(fd), here)).toThrow('cannot enter a network namespace: setns: EINVAL');
    closeSync(fd);
  });

  test('a socket made inside stays there; a child process starts there', async () => {
    using namespace = createNetworkNamespace();
    await using netlink = inNamespace(namespace, connectNetlink);
    expect((await listInterfaces({ netlink })).map(({ name }) => name)).toEqual(['lo']);
    const child = inNamespace(namespace, () =>
      spawnSync(process.execPath, ['-p', 'fs.readlinkSync("/proc/self/ns/net")'], { encoding: 'utf8' }),
    );
    expect(child.stdout.trim()).toBe(identity(namespace));
  });

  test('/proc/sys/net is that namespace’s', () => {
    using namespace = createNetworkNamespace();
    const file = '/proc/sys/net/ipv4/ip_default_ttl';
    const before = readFileSync(file, 'latin1');
    inNamespace(namespace, () => writeFileSync(file, '77'));
    expect(inNamespace(namespace, () => readFileSync(file, 'latin1'))).toBe('77\n');
    expect(readFileSync(file, 'latin1')).toBe(before);
  });
});

test('a worker thread does not follow the main thread, nor the other way round', async () => {
  using namespace = createNetworkNamespace();
  using current = currentNetworkNamespace();
  expect(identity(current)).toBe(here());
  const seen = await new Promise<string>((resolve, reject) => {
    const code = `
      const { parentPort } = require('node:worker_threads');
      parentPort.postMessage(require('node:fs').readlinkSync('/proc/thread-self/ns/net'));`;
    // A thread inherits the namespace of the one that starts it, as a process does.
    const worker = inNamespace(namespace, () => new Worker(code, { eval: true }));
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  expect(seen).toBe(identity(namespace));
});
