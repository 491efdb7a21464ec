import assert from 'node:assert/strict';
import test from 'node:test';
import { type ColdRecording, recording } from '../golden/recordings.ts';
import { cpueval, folder, lines } from './run-cli.ts';

const one = recording<ColdRecording>('cold/6.12/skl-gds.debian.json');

test('--as sysfs prints what grep prints over the files, sorted by name', (t) => {
  const profile = folder(t).write('profile.json', JSON.stringify(one.profile));
  const ran = cpueval(['eval', '--profile', profile, '--kernel', one.kernel, '--as', 'sysfs']);
  assert.equal(ran.code, 0, ran.err);
  const expected = Object.entries(one.expect.vulnerabilities).map(([file, text]) => `/sys/devices/system/cpu/vulnerabilities/${file}:${text}`);
  assert.deepEqual(lines(ran.out), expected.sort());
});

test('--as cpuinfo has the lines of the kernel, flags and bugs in its order', (t) => {
  const profile = folder(t).write('profile.json', JSON.stringify(one.profile));
  const ran = cpueval(['eval', '--profile', profile, '--kernel', one.kernel, '--as', 'cpuinfo']);
  assert.equal(ran.code, 0, ran.err);
  const value = (name: string): string | undefined => new RegExp(`^${name}\\s*: (.*)$`, 'm').exec(ran.out)?.[1];
  assert.equal(value('flags'), one.expect.flags.join(' '));
  assert.equal(value('bugs'), one.expect.bugs.join(' '));
  assert.equal(value('vmx flags'), one.expect.vmxFlags?.join(' '));
  assert.equal(value('microcode'), one.expect.microcode);
  assert.equal(value('vendor_id'), 'GenuineIntel');
});

test('a table says what is executed as well', () => {
  const ran = cpueval(['eval', '--profile', 'milan-19-01-01-a001119']);
  assert.equal(ran.code, 0, ran.err);
  assert.match(ran.out, /VERW on every return to user space/);
});

test('a kernel that only stands in for the one asked for is said on standard error, and in the report', () => {
  const ran = cpueval(['eval', '--profile', 'milan-19-01-01-a001119', '--kernel', '5.14.0-427.el9.x86_64', '--json']);
  assert.equal(ran.code, 0);
  assert.match(ran.err, /warning: 5\.14\.0-427\.el9\.x86_64: Red Hat/);
  assert.equal(JSON.parse(ran.out).kernel.evidence, 'nearest');
});
