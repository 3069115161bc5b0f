/** Rights that a process gives up for good, tried in child processes. Users and capabilities need root. */
import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing } from '../support/peers.ts';

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
const isRoot = process.geteuid?.() === 0 && readFileSync('/proc/self/uid_map', 'utf8').includes('4294967295');
if (!isRoot) missing('root, for tests of users and capabilities');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tapline-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const IMPORTS = `
  import { readFileSync, writeFileSync, openSync } from 'node:fs';
  import { spawnSync } from 'node:child_process';
  import * as capabilities from '${SOURCE}sys/capabilities.ts';
  import * as credentials from '${SOURCE}sys/credentials.ts';
  import { restrictWritesTo } from '${SOURCE}sys/landlock.ts';
  import { installSystemCallFilter } from '${SOURCE}sys/seccomp.ts';
  import { findUser } from '${SOURCE}sys/users.ts';
  const status = (name) => new RegExp('^' + name + ':[ \\\\t]*(.*)$', 'm').exec(readFileSync('/proc/thread-self/status', 'utf8'))[1];
  const failure = (work) => { try { work(); return 'none'; } catch ({ code, errorName }) { return errorName ?? code; } };
`;

/** Runs code in a process of its own. @returns what it assigned to `result` */
async function inProcess(code: string): Promise<unknown> {
  const outfile = join(folder, 'program.cjs');
  await build({
    stdin: {
      contents: `${IMPORTS}\nlet result;\n${code}\nprocess.stdout.write(JSON.stringify(result));`,
      resolveDir: SOURCE,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile,
    define: { 'import.meta.url': JSON.stringify(import.meta.url) },
    external: ['koffi'],
    logLevel: 'error',
  });
  const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout);
}

/** ret #SECCOMP_RET_ALLOW */
const ALLOW_ALL = '[{ code: 0x06, jt: 0, jf: 0, k: 0x7fff0000 }]';

test('a filter is installed with no_new_privs', async () => {
  const code = `
    const before = status('NoNewPrivs');
    capabilities.setNoNewPrivileges();
    installSystemCallFilter(${ALLOW_ALL});
    result = [before, status('NoNewPrivs'), status('Seccomp')];`;
  expect(await inProcess(code)).toEqual(['0', '1', '2']);
});

test('a filter that the kernel does not accept is an error, and nothing is installed', async () => {
  const code = `
    capabilities.setNoNewPrivileges();
    const error = failure(() => installSystemCallFilter([{ code: 0x28, jt: 0, jf: 0, k: 12 }]));
    result = [error, status('Seccomp')];`;
  expect(await inProcess(code)).toEqual(['EINVAL', '0']);
});

test('writes outside the folders fail; open files and reading go on', async () => {
  mkdirSync(join(folder, 'allowed'));
  const [inside, outside] = [join(folder, 'allowed/file'), join(folder, 'outside')];
  writeFileSync(outside, 'old');
  const code = `
    const open = openSync(${JSON.stringify(outside)}, 'r+');
    capabilities.setNoNewPrivileges();
    const landlock = failure(() => restrictWritesTo([${JSON.stringify(join(folder, 'allowed'))}]));
    writeFileSync(open, 'new');
    result = [
      landlock,
      failure(() => writeFileSync(${JSON.stringify(inside)}, 'x')),
      failure(() => writeFileSync(${JSON.stringify(outside)}, 'x')),
      failure(() => readFileSync(${JSON.stringify(outside)})),
    ];`;
  const [landlock, ...rest] = (await inProcess(code)) as string[];
  if (landlock === 'none') expect(rest).toEqual(['none', 'EACCES', 'none']);
  else expect([landlock, ...rest]).toEqual([expect.stringMatching(/ENOSYS|EOPNOTSUPP/), 'none', 'none', 'none']);
  expect(readFileSync(outside, 'utf8')).toMatch(landlock === 'none' ? 'new' : 'x');
});

test('users are found by name as in /etc/passwd', async () => {
  const code = "result = [findUser('root'), findUser('no-such-user'), findUser('')];";
  const [root, ...others] = (await inProcess(code)) as unknown[];
  expect(root).toMatchObject({ name: 'root', uid: 0, gid: 0 });
  expect(others).toEqual([null, null]); // undefined, in JSON
});

describe.skipIf(!isRoot)('as root', () => {
  const IDENTITY = '{ uid: 65534, gid: 65533, groups: [65533, 65532] }';

  test('another user has no capabilities', async () => {
    const code = `
      credentials.becomeUser(${IDENTITY});
      result = [status('Uid'), status('Gid'), status('Groups'), status('CapEff'), status('CapPrm')];`;
    const users = Array(4).fill('65534').join('\t');
    const groups = Array(4).fill('65533').join('\t');
    expect(await inProcess(code)).toEqual([users, groups, '65532 65533 ', '0'.repeat(16), '0'.repeat(16)]);
  });

  test('a thread returns to root with some capabilities, and no more in its bounding set', async () => {
    const code = `
      const root = credentials.currentIdentity();
      const isReady = credentials.prepareReturn(['CAP_KILL']);
      credentials.becomeUser(${IDENTITY});
      const between = [status('Uid'), status('CapEff')];
      const remaining = credentials.returnToRoot(root, ['CAP_KILL']);
      result = [isReady, between, remaining, status('Uid'), status('Gid'), status('CapEff'), status('CapPrm'), status('CapBnd')];`;
    const kill = '0000000000000020';
    expect(await inProcess(code)).toEqual([
      true,
      [Array(4).fill('65534').join('\t'), '0'.repeat(16)],
      ['CAP_KILL'],
      '0\t0\t0\t0',
      '0\t0\t0\t0',
      kill,
      kill,
      kill,
    ]);
  });

  test('without the way back there is none', async () => {
    const code = `
      const root = credentials.currentIdentity();
      credentials.becomeUser(${IDENTITY});
      result = [failure(() => credentials.returnToRoot(root, ['CAP_KILL'])), status('Uid')];`;
    expect(await inProcess(code)).toEqual(['EPERM', Array(4).fill('65534').join('\t')]);
  });

  test('capabilities that were not permitted are not kept', async () => {
    const code = `
      const first = capabilities.limitCapabilities(['CAP_CHOWN', 'CAP_KILL']);
      result = [first, capabilities.limitCapabilities(['CAP_KILL', 'CAP_FOWNER']), status('CapEff')];`;
    expect(await inProcess(code)).toEqual([['CAP_CHOWN', 'CAP_KILL'], ['CAP_KILL'], '0000000000000020']);
  });

  test('the access of a user is that of the kernel, and the process is unchanged after the question', async () => {
    const own = join(folder, 'own');
    const theirs = join(folder, 'theirs');
    mkdirSync(own, { mode: 0o700 });
    mkdirSync(theirs, { mode: 0o700 });
    chownSync(theirs, 65_534, 65_534);
    chownSync(folder, 65_534, 65_534);
    const code = `
      const { userMayAccess, mayAccessWithoutCapabilities, AccessMode, currentIdentity } = credentials;
      const state = () => [status('Uid'), status('Gid'), process.getgroups(), status('CapEff')];
      const before = state();
      const may = (path) => userMayAccess({ uid: 65534, gid: 65534, groups: [] }, path, AccessMode.write | AccessMode.search);
      const paths = ${JSON.stringify([own, theirs, join(folder, 'missing')])};
      result = [
        paths.map(may),
        paths.map((path) => mayAccessWithoutCapabilities(path, AccessMode.write | AccessMode.search)),
        JSON.stringify(before) === JSON.stringify(state()),
      ];`;
    expect(await inProcess(code)).toEqual([[false, true, false], [false, false, false], true]);
  });
});
