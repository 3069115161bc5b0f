/** The systemd unit and the container of a process, from its control group. @module */

export interface ControlGroup {
  /** `ssh.service`, `session-3.scope`; undefined without systemd. */
  readonly unit: string | undefined;
  /** `docker:3f4e…` (12 digits), `lxc:web`, `machine:web`. */
  readonly container: string | undefined;
}

/** Parses /proc/PID/cgroup: one line `ID:CONTROLLERS:PATH` per hierarchy; that of systemd has no controllers (v2). */
export function parseControlGroup(text: string): ControlGroup {
  const paths = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (controllers !== undefined && path !== undefined) paths.set(controllers, path);
  }
  const systemd = paths.get('name=systemd');
  const path = systemd === undefined || systemd === '/' ? (paths.get('') ?? systemd ?? '') : systemd;
  const container = containerOf(path) ?? [...paths.values()].map(containerOf).find((name) => name !== undefined);
  return { unit: unitOf(path), container };
}

/** The innermost service or scope; a container engine names its scopes after containers. */
function unitOf(path: string): string | undefined {
  const units = path.split('/').filter((part) => /\.(service|scope)$/.test(part));
  return units.at(-1);
}

const DIGITS_SHOWN = 12;

/** Names of engines in control groups: `docker-ID.scope`, `/docker/ID`, `cri-containerd-ID.scope`, `libpod-ID.scope`. */
const ENGINES =
  /(?:^|[/:])(docker|cri-containerd|containerd|crio|libpod|podman|garden)[-/]([0-9a-f]{64})(?:\.scope)?(?:\/|$)/;
const KUBERNETES = /\/kubepods[^/]*\/.*\/([0-9a-f]{64})(?:\/|$)/;
const LXC = /\/lxc(?:\.payload)?[./]([^/]+)/;
const MACHINE = /\/(?:machine-|systemd-nspawn@)([^/]+)\.(?:scope|service)/;

function containerOf(path: string): string | undefined {
  const [, engine, id] = ENGINES.exec(path) ?? [];
  if (engine !== undefined && id !== undefined) return `${engine}:${id.slice(0, DIGITS_SHOWN)}`;
  const [, pod] = KUBERNETES.exec(path) ?? [];
  if (pod !== undefined) return `kubernetes:${pod.slice(0, DIGITS_SHOWN)}`;
  const [, lxc] = LXC.exec(path) ?? [];
  if (lxc !== undefined) return `lxc:${lxc}`;
  const [, machine] = MACHINE.exec(path) ?? [];
  return machine === undefined ? undefined : `machine:${machine}`;
}
