/** TCP: the segment codec and its options. @module */
export {
  encodeTcp,
  TCP_HEADER_LENGTH,
  TCP_MAX_OPTIONS_LENGTH,
  TcpFlag,
  type TcpSegment,
  TcpView,
} from './header.ts';
export { encodeTcpOptions, TcpOptionKind, type TcpOptions } from './options.ts';
export { answerSyn, SynMethod, type SynMethodOptions } from './syn-method.ts';
