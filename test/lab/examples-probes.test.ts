/** The examples that send probes, as programs in a chain of routers. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { networksOf } from '../../examples/08-traceroute.ts';
import { CHAIN_TARGET, createLab, type Lab, routerChain } from '../../src/lab/index.ts';
import { LabProcess } from '../support/lab-process.ts';
import { compileExample } from '../support/run-example.ts';

const ROUTERS = ['10.1.1.254', '10.0.1.10', '10.0.1.14'];

let lab: Lab;
beforeAll(async () => {
  lab = await createLab(routerChain());
});
afterAll(() => lab.close());

async function runExample(name: string, ...words: string[]): Promise<{ stdout: string; stderr: string }> {
  await using program = new LabProcess(lab.host('source'), process.execPath, [await compileExample(name), ...words]);
  expect(await program.exit()).toBe(0);
  return { stdout: program.standardOutput.toString(), stderr: program.standardError };
}

test('07-ping prints what ping(8) prints', async () => {
  const { stdout, stderr } = await runExample('07-ping', CHAIN_TARGET.ipv4);
  expect(stderr).toBe('');
  expect(stdout).toMatch(
    /^PING 10\.1\.2\.2 \(10\.1\.2\.2\): 56 data bytes\n64 bytes from 10\.1\.2\.2: icmp_seq=0 ttl=61 /,
  );
  expect(stdout).toContain('5 packets transmitted, 5 packets received, 0.0% packet loss\n');
});

test('07-ping resolves a name', async () => {
  const { stdout } = await runExample('07-ping', 'localhost');
  expect(stdout).toMatch(/^PING(?: localhost \(127\.0\.0\.1\)|\(104=40\+8\+56 bytes\) ::1 --> ::1)/);
  expect(stdout).toContain('5 packets transmitted, 5 packets received, 0.0% packet loss\n');
});

test('08-traceroute lists the routers', async () => {
  const { stdout, stderr } = await runExample('08-traceroute', CHAIN_TARGET.ipv4);
  expect(stderr).toBe('');
  expect(stdout).toBe([...ROUTERS, CHAIN_TARGET.ipv4].map((address, at) => `${at + 1}  ${address}\n`).join(''));
  const found = [...ROUTERS, CHAIN_TARGET.ipv4].map((address) => [address]);
  expect(networksOf(found, ['10.0.0.0/8 AS64496', '10.1.2.0/24 AS64497'])).toEqual(['AS64496', 'AS64497']);
});
