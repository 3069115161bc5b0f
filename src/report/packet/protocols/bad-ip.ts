/** IP headers that cannot be decoded. @module */
import type { LayerOf } from '../../../dissect/index.ts';
import { ipVersionText } from '../endpoints.ts';
import type { Line, Printers } from '../printer.ts';

export const badIp: Printers<'bad-ip'> = { 'bad-ip': { text: badIpText } };

function badIpText({ version, reason, value }: LayerOf<'bad-ip'>, line: Line): string {
  const head = ipVersionText(version, line);
  switch (reason) {
    case 'header length':
      return `${head}bad-hlen ${value}`;
    case 'total length':
      return `${head}bad-len ${value}`;
    default:
      if (version === 6) return `${head}version error: ${value} != 6`;
      return value === 6 ? 'IP6, wrong link-layer encapsulation (invalid)' : `IP${value} (invalid)`;
  }
}
