/** Timestamps by the clock of a network device (linux/net_tstamp.h, linux/ethtool.h). @module */
import { readU32le, writeU32le } from '../base/bytes.ts';
import { DriverIoctl, type DriverRequest } from '../sys/interface-request.ts';
import { Errno, explainPrivilege, syscallError } from '../sys/syscall.ts';

/** Names of pcap-tstamp(7): the clock of the host, that of the device set to host time, that of the device as it runs. */
export const TIMESTAMP_TYPES = ['host', 'adapter', 'adapter_unsynced'] as const;
export type TimestampType = (typeof TIMESTAMP_TYPES)[number];

/** SOF_TIMESTAMPING_SYS_HARDWARE and SOF_TIMESTAMPING_RAW_HARDWARE, for PACKET_TIMESTAMP. */
export const TimestampSource = { adapter: 1 << 5, adapter_unsynced: 1 << 6 } as const;

const ETHTOOL_GET_TS_INFO = 0x41;
/** `struct ethtool_ts_info` */
const TsInfo = { command: 0, timestamping: 4, receiveFilters: 28, length: 44 } as const;
/** `struct hwtstamp_config`: flags, tx_type, rx_filter. */
const Config = { transmitType: 4, receiveFilter: 8, length: 12 } as const;
const HWTSTAMP_TX_ON = 1;
const HWTSTAMP_FILTER_ALL = 1;

/** Returns the types that a device supports, `host` first. Devices that stamp certain frames only (PTP) do not count. */
export function timestampTypes(ask: DriverRequest): readonly TimestampType[] {
  const info = new Uint8Array(TsInfo.length);
  writeU32le(info, TsInfo.command, ETHTOOL_GET_TS_INFO);
  if (ask(DriverIoctl.ethtool, info) !== 0) return ['host'];
  if ((readU32le(info, TsInfo.receiveFilters) & (1 << HWTSTAMP_FILTER_ALL)) === 0) return ['host'];
  const sources = readU32le(info, TsInfo.timestamping);
  return TIMESTAMP_TYPES.filter((type) => type === 'host' || (sources & TimestampSource[type]) !== 0);
}

/**
 * Makes a device stamp all frames that it receives. The setting of the device stays when the capture ends. Its
 * timestamps of sent frames, which other programs may use, are not changed.
 * @returns false if the device does not have these timestamps
 * @throws StackError `PRIVILEGE` without CAP_NET_ADMIN
 * @throws SyscallError `SYSCALL`, for example EBUSY
 */
export function enableHardwareTimestamps(
  interfaceName: string,
  type: Exclude<TimestampType, 'host'>,
  ask: DriverRequest,
): boolean {
  if (!timestampTypes(ask).includes(type)) return false;
  const config = new Uint8Array(Config.length);
  const isKnown = ask(DriverIoctl.getHardwareTimestamps, config) === 0;
  if (isKnown && readU32le(config, Config.receiveFilter) === HWTSTAMP_FILTER_ALL) return true;
  if (!isKnown) writeU32le(config, Config.transmitType, HWTSTAMP_TX_ON); // a driver that cannot report its setting
  writeU32le(config, 0, 0);
  writeU32le(config, Config.receiveFilter, HWTSTAMP_FILTER_ALL);
  const error = ask(DriverIoctl.setHardwareTimestamps, config);
  if (error === Errno.EOPNOTSUPP || error === Errno.ERANGE) return false;
  if (error !== 0) {
    const wanted = `enable hardware timestamps on ${interfaceName}`;
    throw explainPrivilege(syscallError('ioctl', error, wanted, interfaceName), 'CAP_NET_ADMIN');
  }
  return readU32le(config, Config.receiveFilter) === HWTSTAMP_FILTER_ALL; // the driver writes the filter it has set
}
