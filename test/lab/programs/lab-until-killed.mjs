/**
 * Makes a lab and a wire from the namespace that this was started in (`probe0`) to a host of the lab, says "ready", and
 * waits to be killed: `probe0` is gone once the kernel has taken the lab away. @module
 */
import { createLab, enterLab, twoHosts } from '../../../dist/lab/index.js';
import { connectNetlink, createVeth } from '../../../dist/netlink/index.js';

const exitCode = await enterLab();
if (exitCode !== undefined) process.exit(exitCode);

process.on('SIGTERM', () => {
  process.stderr.write('got SIGTERM\n');
  process.exit(3);
});
const lab = await createLab(twoHosts());
const namespaceDescriptor = lab.host('left').namespace.descriptor;
await connectNetlink().execute(createVeth({ name: 'probe0' }, { name: 'probe1', namespaceDescriptor }));
process.stderr.write('ready\n');
setInterval(() => {}, 1000);
