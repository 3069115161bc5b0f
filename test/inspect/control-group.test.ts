/** Control groups of processes. Paths as systemd (v1 and v2), Docker, containerd, podman, LXC and nspawn create them. @module */
import { expect, test } from 'vitest';
import { parseControlGroup } from '../../src/inspect/control-group.ts';

const ID = 'e90b8831a4b8c2b1c44fe8fb4e2d4c1ae90b8831a4b8c2b1c44fe8fb4e2d4c1a';

test.each([
  ['0::/system.slice/ssh.service', 'ssh.service', undefined],
  ['0::/system.slice/system-getty.slice/getty@tty1.service', 'getty@tty1.service', undefined],
  [
    '12:cpu,cpuacct:/\n1:name=systemd:/system.slice/nginx.service\n0::/system.slice/nginx.service',
    'nginx.service',
    undefined,
  ],
  ['9:name=systemd:/\n4:memory:/other\n0::/', undefined, undefined],
  ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/web.service', 'web.service', undefined],
  ['0::/user.slice/user-0.slice/session-3.scope', 'session-3.scope', undefined],
  [`0::/system.slice/docker-${ID}.scope`, `docker-${ID}.scope`, 'docker:e90b8831a4b8'],
  [`3:memory:/docker/${ID}\n1:name=systemd:/docker/${ID}`, undefined, 'docker:e90b8831a4b8'],
  [
    `0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-${ID}.scope`,
    `cri-containerd-${ID}.scope`,
    'cri-containerd:e90b8831a4b8',
  ],
  [`0::/kubepods/besteffort/pod1234/${ID}`, undefined, 'kubernetes:e90b8831a4b8'],
  [`0::/machine.slice/libpod-${ID}.scope/container`, `libpod-${ID}.scope`, 'libpod:e90b8831a4b8'],
  ['0::/lxc.payload.web/system.slice/ssh.service', 'ssh.service', 'lxc:web'],
  ['0::/machine.slice/systemd-nspawn@web.service/payload', 'systemd-nspawn@web.service', 'machine:web'],
  ['', undefined, undefined],
  ['nonsense\n::', undefined, undefined],
])('%j', (text, unit, container) => {
  expect(parseControlGroup(text)).toEqual({ unit, container });
});
