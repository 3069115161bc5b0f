/** IEEE 802.2 headers, and the SNAP header that may follow (RFC 1042). @module */
import { readU8, readU16, readU32 } from '../../base/bytes.ts';
import { MAX_802_3_LENGTH } from '../../base/protocol-numbers.ts';
import { ETH_P_802_2 } from '../ether-payload.ts';
import type { LayerPlace } from '../layer.ts';
import type { DecodeContext, Protocol } from '../protocol.ts';
import { after, type Region, wireLengthOf } from '../region.ts';

export interface LlcLayer extends LayerPlace {
  readonly kind: 'llc';
  readonly destinationService: number;
  readonly sourceService: number;
  /** One byte in unnumbered frames, two otherwise. */
  readonly control: number;
  /** SNAP only, with `protocol`. */
  readonly organisation?: number;
  readonly protocol?: number;
  readonly payloadLength: number;
}

const LLC_LENGTH = 3;
const SNAP_LENGTH = 8;
const SNAP_SERVICE = 0xaa;
const UNNUMBERED = 0x03;

export const llc: Protocol<LlcLayer> = {
  numbers: { etherType: [ETH_P_802_2] },
  decode: decodeLlc,
};

/** IEEE 802.2, 3.2: two service access points, then one or two bytes of control. */
function decodeLlc(context: DecodeContext<LlcLayer>, region: Region): void {
  const { bytes } = context;
  const { start, end } = region;
  if (end - start < LLC_LENGTH) {
    context.truncated('llc', region);
    return;
  }
  const services = { destinationService: readU8(bytes, start), sourceService: readU8(bytes, start + 1) };
  const isUnnumbered = (readU8(bytes, start + 2) & 3) === UNNUMBERED;
  if (!isUnnumbered && end - start < LLC_LENGTH + 1) {
    context.truncated('llc', region);
    return;
  }
  const control = isUnnumbered ? readU8(bytes, start + 2) : readU16(bytes, start + 2);
  const service = services.destinationService;
  const hasService = isUnnumbered && service === services.sourceService;
  if (hasService && service === SNAP_SERVICE) {
    decodeSnap(context, region, { ...services, control });
    return;
  }
  const headerLength = isUnnumbered ? LLC_LENGTH : LLC_LENGTH + 1;
  const payload = after(region, start + headerLength);
  context.add({ kind: 'llc', start, headerLength, ...services, control, payloadLength: wireLengthOf(payload) });
  if (hasService) context.decode('llc', service, payload);
  else context.data(payload);
}

function decodeSnap(
  context: DecodeContext<LlcLayer>,
  region: Region,
  header: Pick<LlcLayer, 'destinationService' | 'sourceService' | 'control'>,
): void {
  const { bytes } = context;
  const { start, end } = region;
  if (end - start < SNAP_LENGTH) {
    context.truncated('snap', region);
    return;
  }
  const organisation = readU32(bytes, start + 2) & 0xff_ffff;
  const protocol = readU16(bytes, start + 6);
  const payload = after(region, start + SNAP_LENGTH);
  const snap = { organisation, protocol, payloadLength: wireLengthOf(payload) };
  context.add({ kind: 'llc', start, headerLength: SNAP_LENGTH, ...header, ...snap });
  if (organisation === 0 && protocol > MAX_802_3_LENGTH) context.decode('etherType', protocol, payload);
  else context.decode('snap', organisation * 0x1_0000 + protocol, payload);
}
