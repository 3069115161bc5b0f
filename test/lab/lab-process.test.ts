/** Labs in processes of their own: killed, forwarded to, and run by nobody. Uses `dist`, as `npm test` builds it. @module */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { listInterfaces } from '../../src/inspect/interfaces.ts';
import { connectNetlink, type NetlinkConnection } from '../../src/netlink/connection.ts';
import { createNetworkNamespace, inNamespace, type NetworkNamespace } from '../../src/sys/namespace.ts';
import { eventually } from '../support/eventually.ts';
import { requirePeer } from '../support/peers.ts';

const PROGRAMS = fileURLToPath(new URL('./programs/', import.meta.url));
const DIST = fileURLToPath(new URL('../../dist/lab/index.js', import.meta.url));

const setpriv = requirePeer('setpriv');
const unshare = requirePeer('unshare');

/** Root of the machine, and not of a user namespace that has no other user. */
const isRealRoot = process.getuid?.() === 0 && readFileSync('/proc/self/uid_map', 'latin1').includes('4294967295');

/** Words that run a program as user and group "nobody" of every Linux, without capabilities or other groups. */
const AS_NOBODY = ['--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs'];

const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

beforeAll(() => {
  if (!existsSync(DIST)) throw new Error('dist/ is not built: run `npm run build`, or the tests by `npm test`');
});

function start(
  program: string,
  words: readonly string[],
  asNobody: boolean,
  behind: readonly string[] = [],
): ChildProcess {
  const command = [...behind, process.execPath, `${PROGRAMS}${program}`, ...words];
  const [path = '', ...rest] = asNobody ? [setpriv ?? '', ...AS_NOBODY, ...command] : command;
  const child = spawn(path, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.push(child);
  return child;
}

async function ready(child: ChildProcess): Promise<void> {
  let text = '';
  for await (const part of child.stderr?.iterator({ destroyOnReturn: false }) ?? []) {
    text += String(part);
    if (text.includes('ready')) return;
  }
  throw new Error(`the program ended early: ${text}`);
}

/** Processes that have `word` in their command line. */
function processesWith(word: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(word);
      } catch {
        return false;
      }
    })
    .map(Number);
}

describe('the owner is killed by SIGKILL', () => {
  let namespace: NetworkNamespace;
  let netlink: NetlinkConnection;
  beforeAll(() => {
    namespace = createNetworkNamespace();
    netlink = inNamespace(namespace, connectNetlink);
    return () => {
      netlink.close();
      namespace.close();
    };
  });

  test('the kernel takes the lab away: a wire into it goes with it', async () => {
    const child = inNamespace(namespace, () => start('lab-until-killed.mjs', [], false));
    await ready(child);
    const names = async () => (await listInterfaces({ netlink })).map(({ name }) => name);
    expect(await names()).toEqual(['lo', 'probe0']);
    child.kill('SIGKILL');
    await once(child, 'close');
    await eventually(async () => expect(await names()).toEqual(['lo']));
  });
});

describe.skipIf(!isRealRoot || setpriv === undefined)('nobody', () => {
  test('has a lab with traffic and a ring; words and exit code come through', async () => {
    const child = start('lab-as-anybody.mjs', ['one', 'two words'], true);
    let output = '';
    let errors = '';
    child.stdout?.on('data', (part) => {
      output += String(part);
    });
    child.stderr?.on('data', (part) => {
      errors += String(part);
    });
    const [code] = await once(child, 'close');
    expect(errors).toBe('');
    expect(JSON.parse(output)).toEqual({
      words: ['one', 'two words'],
      user: 65_534, // the same as outside
      pings: 1,
      tcp: 'hello',
      ring: { socket: true, version: 0, ring: 0, mapped: true },
    });
    expect(code).toBe(42);
  });

  test.skipIf(unshare === undefined).each([
    [
      'max_user_namespaces',
      /forbids user namespaces \(.*\); run the same command as root, or allow them as root: sysctl -w /,
    ],
    ['max_net_namespaces', /clone: ENOSPC; run the same command as root; in a container, its sandbox must allow/],
  ])('is told what to run where %s is 0', async (limit, sentence) => {
    // These limits count for the user namespace that they are written in, and below.
    const script = `echo 0 > /proc/sys/user/${limit}; exec "$0" --bounding-set=-all --inh-caps=-all "$@"`;
    const behind = [unshare ?? '', '--user', '--map-root-user', 'sh', '-c', script, setpriv ?? ''];
    const child = start('lab-as-anybody.mjs', [], true, behind);
    let errors = '';
    child.stderr?.on('data', (part) => {
      errors += String(part);
    });
    const [code] = await once(child, 'close');
    expect(errors).toMatch(/^LAB_UNSUPPORTED: cannot create network namespaces: /);
    expect(errors).toMatch(sentence);
    expect(code).toBe(1);
  });

  test('hands SIGTERM on to the inner process, and its exit code back', async () => {
    const mark = `terminated-${process.pid}`;
    const child = start('lab-until-killed.mjs', [mark], true);
    await ready(child);
    expect(processesWith(mark)).toHaveLength(2);
    child.kill('SIGTERM');
    const [code] = await once(child, 'close');
    expect(code).toBe(3);
  });

  test('killed by SIGKILL, leaves no inner process', async () => {
    const mark = `killed-${process.pid}`;
    const child = start('lab-until-killed.mjs', [mark], true);
    await ready(child);
    expect(processesWith(mark)).toHaveLength(2);
    child.kill('SIGKILL');
    await eventually(() => expect(processesWith(mark)).toEqual([]));
  });
});
