/** TCP of a simulated host. @module */
import { encodeTcp, TCP_HEADER_LENGTH, TcpFlag, TcpView } from '../../../src/wire/tcp.ts';

/**
 * Returns the segment that answers a SYN. The checksum is 0.
 * @param segment the SYN, a whole header
 */
export function answerSyn(segment: Uint8Array, port: 'open' | 'closed'): Uint8Array {
  const view = new TcpView();
  const out = new Uint8Array(TCP_HEADER_LENGTH);
  if (!view.wrap(segment, 0, segment.length)) return out;
  const flags = TcpFlag.acknowledgment | (port === 'open' ? TcpFlag.syn : TcpFlag.reset);
  const answer = {
    sourcePort: view.destinationPort,
    destinationPort: view.sourcePort,
    sequence: 1,
    acknowledgment: (view.sequence + 1) >>> 0,
    flags,
  };
  encodeTcp(answer, 0, out);
  return out;
}
