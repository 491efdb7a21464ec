import assert from 'node:assert/strict';
import test from 'node:test';
import { booted, type Case, identified, line, vulnerability } from './support.ts';

/** Skylake client: the list wants 0xf0 of steppings 3, on platforms 1, 2, 4 and 5. */
const SKYLAKE = { model: 0x5e, stepping: 3, platformId: 1 };
const latest = booted('7.2').tables.latestMicrocode!;

test('the file exists only where the kernel has a list', () => {
  assert.equal(line(booted('6.1'), 'old_microcode'), null);
  assert.equal(line(booted('6.12', { ...SKYLAKE, revision: 1 }), 'old_microcode'), null);
  assert.equal(booted('6.12', { ...SKYLAKE, revision: 1 }).taints.size, 0);
});

test('older than the list, and only on the platforms of the row', () => {
  const row = latest.find(([family, model, steppings]) => family === 6 && model === 0x5e && ((steppings >> 3) & 1) === 1)!;
  const [, , , platforms, revision] = row;
  const platformId = 31 - Math.clz32(platforms);
  const old = booted('7.2', { ...SKYLAKE, platformId, revision: revision - 1 });
  assert.equal(line(old, 'old_microcode'), 'Vulnerable');
  assert.deepEqual([...old.taints], ['CPU_OUT_OF_SPEC']);
  assert.ok(old.log.includes('x86/CPU: Running old microcode'));
  assert.equal(line(booted('7.2', { ...SKYLAKE, platformId, revision }), 'old_microcode'), 'Not affected');
  const other = [0, 1, 2, 3, 4, 5, 6, 7].find((id) => ((platforms >> id) & 1) === 0)!;
  const elsewhere = booted('7.2', { ...SKYLAKE, platformId: other, revision: 1 });
  assert.equal(line(elsewhere, 'old_microcode'), 'Not affected');
  assert.ok(elsewhere.log.includes('x86/CPU: Model not found in latest microcode list'));
});

/** Cascade Lake, whose row takes any platform or several; here only the revision matters. */
function cascade(revision: number, more: Case = {}): ReturnType<typeof booted> {
  return booted('7.2', { model: 0x55, stepping: 7, platformId: 0, revision, ...more });
}

test('debug microcode is old whatever its number', () => {
  assert.equal(line(cascade(0xffffffff), 'old_microcode'), 'Vulnerable');
  assert.equal(line(cascade(0x7fffffff), 'old_microcode'), 'Not affected');
});

test('a guest is told nothing', () => {
  assert.equal(line(cascade(1, { has: ['HYPERVISOR'] }), 'old_microcode'), 'Not affected');
  const forced = cascade(1, { has: ['HYPERVISOR'], bugs: ['OLD_MICROCODE'] });
  assert.equal(line(forced, 'old_microcode'), 'Unknown: running under hypervisor', 'setcpuid=old_microcode');
});

test('zero is a wildcard: the first family 0xf row with model 0 takes every Pentium 4', () => {
  const first = latest.find(([family]) => family === 0xf)!;
  assert.equal(first[1], 0);
  const stepping = 31 - Math.clz32(first[2] & -first[2]);
  const platformId = 31 - Math.clz32(first[3] & -first[3]);
  const b = booted('7.2', { family: 0xf, model: 6, stepping, platformId, revision: first[4] - 1 });
  assert.equal(line(b, 'old_microcode'), 'Vulnerable');
  assert.equal(line(booted('7.2', { family: 0xf, model: 6, stepping, platformId, revision: first[4] }), 'old_microcode'), 'Not affected');
});

test('other vendors stand on no list and are not complained of', () => {
  const b = booted('7.2', { vendor: 'AMD', family: 0x19, model: 1, revision: 1 });
  assert.equal(line(b, 'old_microcode'), 'Not affected');
  assert.equal(
    b.log.some((text) => text.includes('latest microcode list')),
    false,
  );
});

test('parts before the Pentium II Deschutes have no platform, and an unknown one is noted', () => {
  const early = identified('7.2', { family: 5, model: 4, platformId: 3 });
  vulnerability('old_microcode').affected!(early);
  assert.equal(early.trace.refs.includes('platformId'), false);
  const unknown = identified('7.2', { ...SKYLAKE, platformId: null });
  vulnerability('old_microcode').affected!(unknown);
  assert.deepEqual([...unknown.trace.unknown], ['platformId']);
});
