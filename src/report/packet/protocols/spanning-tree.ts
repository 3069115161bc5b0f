/** Spanning tree BPDUs. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { type FlagNames, flagsText, nameOf } from '../format.ts';
import type { Line, Printers } from '../printer.ts';

export const spanningTree: Printers<'spanning-tree'> = { 'spanning-tree': { text: spanningTreeText } };

const VERSIONS: Readonly<Record<number, string>> = { 0: '802.1d', 2: '802.1w' };
const TYPES: Readonly<Record<number, string>> = { 0: 'Config', 2: 'Rapid STP', 128: 'Topology Change' };
const FLAGS: FlagNames = [
  [0x01, 'Topology change'],
  [0x02, 'Proposal'],
  [0x10, 'Learn'],
  [0x20, 'Forward'],
  [0x40, 'Agreement'],
  [0x80, 'Topology change ACK'],
];
const ROLES = ['Unknown', 'Alternate', 'Root', 'Designated'] as const;
const RAPID = 2;

/** `STP 802.1d, Config, Flags [none], bridge-id 8001.00:19:06:ea:b8:80.8005, length 35` */
function spanningTreeText(layer: LayerOf<'spanning-tree'>, { verbosity }: Line): string {
  const version = nameOf(VERSIONS, layer.version, `Unknown (${layer.version})`);
  const head = `STP ${version}, ${nameOf(TYPES, layer.type, 'Unknown')}`;
  const { tree } = layer;
  if (tree === undefined) return `${head}, length ${layer.length}`;
  const bridge = `${tree.bridge}.${tree.port.toString(16).padStart(4, '0')}`;
  const line = `${head}, Flags [${flagsText(FLAGS, tree.flags)}], bridge-id ${bridge}, length ${layer.length}`;
  if (verbosity === 0) return line;
  const seconds = (value: number): string => `${value.toFixed(2)}s`;
  const role = layer.type === RAPID ? `, port-role ${ROLES[(tree.flags >>> 2) & 3] ?? ''}` : '';
  return (
    `${line}\n\tmessage-age ${seconds(tree.messageAge)}, max-age ${seconds(tree.maximumAge)}, ` +
    `hello-time ${seconds(tree.helloTime)}, forwarding-delay ${seconds(tree.forwardDelay)}` +
    `\n\troot-id ${tree.root}, root-pathcost ${tree.rootPathCost}${role}`
  );
}
