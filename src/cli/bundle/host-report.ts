/** Everything that the views of the host show, as texts and JSON for a support bundle. @module */
import { arch, hostname, release, uptime } from 'node:os';
import { defined } from '../../base/defined.ts';
import { messageOf } from '../../base/errors.ts';
import { jsonText } from '../../base/text.ts';
import {
  listInterfaceCounters,
  listListenQueues,
  listRoutes,
  listRules,
  listSockets,
  listTcpServices,
  readHostDrops,
  readNeighbours,
} from '../../inspect/index.ts';
import {
  formatArpCache,
  formatDropPlaces,
  formatInterfaceCounters,
  formatListenProblems,
  formatListenQueues,
  formatNdpCache,
  formatRoutes,
  formatRules,
  formatSockets,
  formatTcpServicesWide,
  neighbourFindingText,
} from '../../report/index.ts';
import { type Host, withHost } from '../host/with-host.ts';

/** A file of a bundle that is made in memory. */
export interface ReportFile {
  readonly name: string;
  readonly description: string;
  readonly text: string;
}

/** Defined by scripts/bundle.mjs. */
declare const TAPLINE_VERSION: string;

interface View {
  readonly name: string;
  readonly description: string;
  /** Returns the text, and the plain data. */
  read(host: Host): Promise<readonly [text: string, data: unknown]>;
}

const VIEWS: readonly View[] = [
  {
    name: 'interfaces',
    description: 'interfaces, counters, where packets were dropped',
    async read({ netlink, run }) {
      const interfaces = await listInterfaceCounters(netlink);
      const hostDrops = run(readHostDrops);
      const table = formatInterfaceCounters(interfaces, { drops: true, numeric: true });
      return [`${table}\n${formatDropPlaces(interfaces, hostDrops)}`, { interfaces, hostDrops }];
    },
  },
  {
    name: 'routes',
    description: 'routes of all tables, and rules',
    async read({ netlink }) {
      const routes = [...(await listRoutes(netlink, 4)).routes, ...(await listRoutes(netlink, 6)).routes];
      const rules = [...(await listRules(netlink, 4)), ...(await listRules(netlink, 6))];
      return [`${formatRoutes(routes, { numeric: true, wide: true })}\n${formatRules(rules)}`, { routes, rules }];
    },
  },
  {
    name: 'neighbours',
    description: 'ARP and NDP caches',
    async read({ netlink }) {
      const [arp, ndp] = [await readNeighbours(netlink, 4), await readNeighbours(netlink, 6)];
      const findings = [...arp.findings, ...ndp.findings].map((finding) => `${neighbourFindingText(finding)}\n`);
      return [`${formatArpCache(arp.entries)}\n${formatNdpCache(ndp.entries)}${findings.join('')}`, { arp, ndp }];
    },
  },
  {
    name: 'sockets',
    description: 'sockets with TCP information',
    async read({ namespace }) {
      const table = await listSockets({ info: true, memory: true, ...defined({ namespace }) });
      return [formatSockets(table.sockets, { style: 'bsd', showInfo: true }), table];
    },
  },
  {
    name: 'listen-queues',
    description: 'listen queues',
    async read({ namespace }) {
      const found = await listListenQueues(defined({ namespace }));
      const problems = formatListenProblems(found.queues, found.counters, {});
      return [`${formatListenQueues(found.queues, {})}\n${problems}`, found];
    },
  },
  {
    name: 'services',
    description: 'processes that listen on TCP ports',
    async read({ namespace }) {
      const found = await listTcpServices(defined({ namespace }));
      return [formatTcpServicesWide(found.services), found];
    },
  },
];

/** Reads every view; one that fails contains the reason. @throws StackError if the namespace cannot be entered */
export function reportHost(netns: string | undefined): Promise<ReportFile[]> {
  return withHost(netns, async (host) => {
    const files: ReportFile[] = [versionFile()];
    for (const { name, description, read } of VIEWS) {
      try {
        const [text, data] = await read(host);
        files.push({ name: `${name}.txt`, description, text });
        files.push({ name: `${name}.json`, description, text: `${jsonText(data, 2)}\n` });
      } catch (error) {
        files.push({ name: `${name}.txt`, description, text: `not available: ${messageOf(error)}\n` });
      }
    }
    return files;
  });
}

function versionFile(): ReportFile {
  const lines = [
    `tapline ${TAPLINE_VERSION}`,
    `node ${process.version}`,
    `linux ${release()} ${arch()}`,
    `host ${hostname()}`,
    `up ${Math.floor(uptime())} s`,
  ];
  return {
    name: 'version.txt',
    description: 'versions of tapline, Node and the kernel',
    text: `${lines.join('\n')}\n`,
  };
}
