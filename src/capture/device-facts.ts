/** What capture files say about a device beyond its name: address, speed, driver, alias. @module */
import { readFileSync } from 'node:fs';
import { readU16le, writeU32le } from '../base/bytes.ts';
import { defined } from '../base/defined.ts';
import type { CaptureInterface } from '../pcap/index.ts';
import { DriverIoctl, type DriverRequest } from '../sys/interface-request.ts';

export type DeviceFacts = Pick<CaptureInterface, 'description' | 'mac' | 'speed' | 'hardware'>;

/** linux/ethtool.h */
const ETHTOOL_GSET = 0x01;
const ETHTOOL_GDRVINFO = 0x03;
/** `struct ethtool_cmd`: the speed in Mbit/s is in two halves. */
const LinkSettings = { speedLow: 12, speedHigh: 28, length: 44 } as const;
const SPEED_UNKNOWN = 0xffff_ffff;
/** `struct ethtool_drvinfo` */
const DriverInfo = { driver: 4, bus: 100, textLength: 32, length: 196 } as const;

/** @param mac of the device, or undefined if it has none */
export function readDeviceFacts(
  name: string,
  { index, mac, ask }: { readonly index: number; readonly mac: string | undefined; readonly ask: DriverRequest },
): DeviceFacts {
  return defined({ description: aliasOf(name, index, mac), mac, speed: speedOf(ask), hardware: driverOf(ask) });
}

/** Returns bits per second. */
function speedOf(ask: DriverRequest): number | undefined {
  const settings = new Uint8Array(LinkSettings.length);
  writeU32le(settings, 0, ETHTOOL_GSET);
  if (ask(DriverIoctl.ethtool, settings) !== 0) return undefined;
  const high = readU16le(settings, LinkSettings.speedHigh);
  const megabits = high * 0x1_0000 + readU16le(settings, LinkSettings.speedLow);
  return megabits === 0 || megabits === SPEED_UNKNOWN || megabits === 0xffff ? undefined : megabits * 1e6;
}

/** Returns the driver and, for a real device, its place on a bus: `e1000e 0000:00:1f.6`. */
function driverOf(ask: DriverRequest): string | undefined {
  const info = new Uint8Array(DriverInfo.length);
  writeU32le(info, 0, ETHTOOL_GDRVINFO);
  if (ask(DriverIoctl.ethtool, info) !== 0) return undefined;
  const words = [textAt(info, DriverInfo.driver), textAt(info, DriverInfo.bus)].filter((word) => word !== '');
  return words.length === 0 ? undefined : words.join(' ');
}

function textAt(bytes: Uint8Array, at: number): string {
  const field = bytes.subarray(at, at + DriverInfo.textLength);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/**
 * Returns the alias of `ip link set NAME alias TEXT`. The files of /sys may belong to another network namespace, with an
 * interface of the same name: index and address must agree.
 */
function aliasOf(name: string, index: number, mac: string | undefined): string | undefined {
  const folder = `/sys/class/net/${name}`;
  try {
    if (readText(`${folder}/ifindex`) !== String(index)) return undefined;
    if (mac !== undefined && readText(`${folder}/address`) !== mac) return undefined;
    return readText(`${folder}/ifalias`) || undefined;
  } catch {
    return undefined; // no /sys
  }
}

function readText(path: string): string {
  return readFileSync(path, 'utf8').replace(/\n$/, '');
}
