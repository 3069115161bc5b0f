/** UDP: the datagram codec. @module */
export { encodeUdp, UDP_HEADER_LENGTH, type UdpDatagram, UdpView } from './header.ts';
export { UdpMethod, type UdpMethodOptions } from './probe-method.ts';
