/**
 * What a user without privilege can do: enter the lab, have traffic there, and open an AF_PACKET ring. Prints JSON.
 * Ends with exit code 42, which has to come through. @module
 */
import { createLab, enterLab, exchangeTcp, pingAddress, twoHosts } from '../../../dist/lab/index.js';
import { mmap, setsockopt, socket } from '../../../dist/sys/libc.js';

const exitCode = await enterLab().catch((error) => {
  process.stderr.write(`${error.code}: ${error.message}\n`);
  return 1;
});
if (exitCode !== undefined) process.exit(exitCode);

/** linux/if_packet.h: AF_PACKET, SOCK_RAW, SOL_PACKET, PACKET_VERSION, TPACKET_V3, PACKET_RX_RING, tpacket_req3. */
function openRing() {
  const fd = socket(17, 3, 0);
  const version = setsockopt(fd, 263, 10, Uint32Array.of(2), 4);
  const ring = setsockopt(fd, 263, 5, Uint32Array.of(65_536, 4, 2048, 128, 60, 0, 0), 28);
  const address = BigInt(mmap(0n, 4 * 65_536, 3, 1, fd, 0));
  return { socket: fd >= 0, version, ring, mapped: address > 0n };
}

const lab = await createLab(twoHosts());
const [left, right] = [lab.host('left'), lab.host('right')];
const request = new TextEncoder().encode('hello');
const { atServer } = await exchangeTcp(left, right, { request, reply: request });
const report = {
  words: process.argv.slice(2),
  user: process.getuid(),
  pings: await pingAddress(left, '10.1.1.2'),
  tcp: new TextDecoder().decode(atServer),
  ring: left.run(openRing),
};
await lab.close();
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exitCode = 42;
