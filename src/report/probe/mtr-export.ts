/** Formats a monitored path for other programs: CSV, XML, Prometheus. @module */
import type { MonitorHop } from '../../icmp/index.ts';
import { csvLine } from '../csv.ts';
import { MTR_COLUMNS } from './mtr-text.ts';
import { originText } from './path-disclosure.ts';

/** Returns one line per hop with all figures, after a line with their names (RFC 4180). */
export function formatMtrCsv(target: string, hops: readonly MonitorHop[]): string {
  const titles = ['Target', 'Hop', 'Address', 'Origin', ...MTR_COLUMNS.map((column) => column.title)];
  const rows = hops.map((hop) => {
    const addresses = hop.addresses.map(({ address }) => address).join(' ');
    return [target, String(hop.hop), addresses, originOf(hop), ...figuresOf(hop)];
  });
  return [titles, ...rows].map(csvLine).join('');
}

/** Returns the origin of the address that replied last; empty without one. */
function originOf(hop: MonitorHop): string {
  const origin = hop.addresses[0]?.origin;
  return origin === undefined ? '' : originText(origin);
}

function figuresOf(hop: MonitorHop): string[] {
  return MTR_COLUMNS.map((column) => column.value(hop).replace('%', ''));
}

/** Returns an XML document. Its elements have the names of mtr, without percent signs, which XML names cannot contain. */
export function formatMtrXml(target: string, rounds: number, hops: readonly MonitorHop[]): string {
  const hubs = hops.map((hop) => {
    const host = hop.addresses[0]?.address ?? '???';
    const figures = figuresOf(hop).map((value, at) => {
      const name = (MTR_COLUMNS[at]?.title ?? '').replace('%', '');
      return `    <${name}>${value}</${name}>\n`;
    });
    const origin = originOf(hop) === '' ? '' : ` ORIGIN="${attribute(originOf(hop))}"`;
    return `  <HUB COUNT="${hop.hop}" HOST="${attribute(host)}"${origin}>\n${figures.join('')}  </HUB>\n`;
  });
  return `<?xml version="1.0"?>\n<MTR DST="${attribute(target)}" TESTS="${rounds}">\n${hubs.join('')}</MTR>\n`;
}

function attribute(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

type Metric = readonly [name: string, help: string, value: (hop: MonitorHop) => number];

const METRICS: readonly Metric[] = [
  ['loss_ratio', 'Ratio of probes without a reply.', (hop) => hop.lossPercent / 100],
  ['forward_loss_ratio', 'Ratio of probes lost before this hop.', (hop) => hop.forwardLossPercent / 100],
  ['round_trip_best_seconds', 'Shortest round trip time.', (hop) => hop.best / 1_000],
  ['round_trip_mean_seconds', 'Mean round trip time.', (hop) => hop.mean / 1_000],
  ['round_trip_worst_seconds', 'Longest round trip time.', (hop) => hop.worst / 1_000],
  ['jitter_seconds', 'Interarrival jitter (RFC 3550).', (hop) => hop.interarrivalJitter / 1_000],
];

/** Returns metrics in the text format of Prometheus. */
export function formatMtrPrometheus(target: string, hops: readonly MonitorHop[]): string {
  return METRICS.map(([name, help, value]) => {
    const lines = hops.map((hop) => {
      const origin = hop.addresses[0]?.origin;
      const asn = origin === undefined ? '' : `,asn="${origin.asn}"`;
      const address = hop.addresses[0]?.address ?? '';
      return `tapline_path_${name}{target="${label(target)}",hop="${hop.hop}",address="${label(address)}"${asn}} ${value(hop)}\n`;
    });
    return `# HELP tapline_path_${name} ${help}\n# TYPE tapline_path_${name} gauge\n${lines.join('')}`;
  }).join('');
}

function label(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
