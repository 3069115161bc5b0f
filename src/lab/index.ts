/** Networks of real kernels in one process, for the demo, the tests and the benches. @module */
export { type FrameSender, openFrameSender, sendFrames } from './frames.ts';
export type { LabHost, LabInterface } from './host.ts';
export { createLab, type Lab } from './lab.ts';
export { type LabPingOptions, pingAddress } from './ping.ts';
export type { EndPlan, HostPlan, LabPlan, RoutePlan, VlanPlan, WirePlan } from './plan.ts';
export { CHAIN_DROPS, CHAIN_SOURCE, CHAIN_TARGET, type RouterChainOptions, routerChain } from './router-chain.ts';
export { enterLab, type LabSupport, labSupport, supportsLinkKind } from './support.ts';
export { connectTcp, type Exchange, exchangeTcp, listenTcp, type TcpConnection, type TcpOptions } from './tcp.ts';
export { type TwoHostsOptions, twoHosts } from './two-hosts.ts';
export { openUdp, sendUdp, type UdpOptions } from './udp.ts';
